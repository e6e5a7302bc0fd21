"""A search and its address say the same; places and their words too."""

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from maillage.directory import place_words, search_state
from maillage.directory.search_state import RADII, SearchState
from maillage.directory.vocabulary import FEES, LANGUAGES, MODES, publics, themes
from maillage_search.places import load_places
from maillage_search.port import Filters, Understood, UnderstoodTheme

ALL_THEMES = [term.code for term in themes()]


def codes(known: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(known), unique=True, max_size=3).map(tuple)


@st.composite
def states(draw: st.DrawFn) -> SearchState:
    place = draw(st.sampled_from(["commune:62119", "postcode:5000", "province:BE-WNA", ""]).map(place_words.of_code))
    told = draw(codes(ALL_THEMES))
    understood = Understood(
        themes=tuple(UnderstoodTheme(code, themes()[code].data_inclusion, 0.5, "") for code in told),
        concepts=dict.fromkeys(told, 0.5),
        publics=draw(codes([term.code for term in publics()])),
        place=place,
        urgent=draw(st.sampled_from([None, "violence", "medical"])),
    )
    filters = Filters(
        themes=draw(codes(ALL_THEMES)),
        modes=draw(codes(list(MODES))),
        fees=draw(codes(list(FEES))),
        languages=draw(codes(list(LANGUAGES))),
        free_places=draw(st.booleans()),
        open_to_all=draw(st.booleans()),
    )
    return SearchState(
        understood=understood,
        filters=filters,
        radius_km=draw(st.sampled_from(RADII)) if place and draw(st.booleans()) else None,
        country=draw(st.sampled_from(["", "FR", "BE"])),
        after=draw(st.integers(0, 200)),
    )


@given(states())
def test_an_address_gives_the_same_search_again(state: SearchState) -> None:
    assert search_state.read(search_state.to_pairs(state)) == state


@given(st.lists(st.tuples(st.sampled_from(["t", "c", "p", "place", "w", "radius", "after", "only", "themes", "pays"]),
                          st.text(max_size=40)), max_size=12))  # fmt: skip
def test_any_address_is_a_search(pairs: list[tuple[str, str]]) -> None:
    address = search_state.to_pairs(search_state.read(pairs))
    assert search_state.to_pairs(search_state.read(address)) == address


@pytest.mark.parametrize("prefix", ["saint-aubin", "lens", "namur", "le t", "mayenne", "59", "5000", "l'h"])
def test_whatever_is_suggested_is_read_back(app: Flask, prefix: str) -> None:
    for one in place_words.suggestions(prefix, None):
        match = place_words.read(one["label"], "FR")
        assert match is not None
        assert match.place is not None
        assert place_words.code(match.place) == one["value"]


def test_homonyms_have_labels_of_their_own() -> None:
    alike = load_places().suggest("sainte-colombe", limit=60)
    assert len({place_words.label(place) for place in alike}) == len(alike)
