"""A search as text that can be stored: the codes of its address, read again before they are believed."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from maillage.directory import place_words, search_state
from maillage.directory.search_state import LISTS, SearchState
from maillage_search.understanding import chips


def lasting(state: SearchState) -> SearchState:
    """What was looked for. How far one had read, whether as a map, whose territory it was and who was open at that
    moment are no part of it: a booklet is read next week, and an alert tells of new services, not of opening hours."""
    return replace(state, after=0, as_map=False, opening="", at_home=False)


def to_text(state: SearchState) -> str:
    return urlencode(search_state.to_pairs(lasting(state)))


def says_something(state: SearchState) -> bool:
    kept = lasting(state)
    return not kept.understood.empty or kept.filter_count > 0


def to_state(text: str) -> SearchState:
    return search_state.read(parse_qsl(text))


def title(state: SearchState) -> str:
    """« Isolement des aînés · Béthune (62) » : a name that tells of nobody."""
    known, chosen = state.understood, state.filters
    said = [chip.label for chip in chips(known) if chip.kind != "place"]
    said += [LISTS[name][code] for name in ("themes", "publics", "categories") for code in getattr(chosen, name)]
    said += [place_words.label(known.place)] if known.place else []
    return " · ".join(dict.fromkeys(said)) or "Tout l’annuaire"
