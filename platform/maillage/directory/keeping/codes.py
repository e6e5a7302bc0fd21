"""A search as text that can be stored: the codes of its address, read again before they are believed."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from maillage.directory import place_words, search_state
from maillage.directory.search_state import LISTS, SearchState
from maillage_search.understanding import chips


def to_text(state: SearchState) -> str:
    """What was looked for; how far one had read, and whether as a map, is no part of it."""
    return urlencode(search_state.to_pairs(replace(state, after=0, as_map=False)))


def to_state(text: str) -> SearchState:
    return search_state.read(parse_qsl(text))


def title(state: SearchState) -> str:
    """« Isolement des aînés · Béthune (62) » : a name that tells of nobody."""
    known, chosen = state.understood, state.filters
    said = [chip.label for chip in chips(known) if chip.kind != "place"]
    said += [LISTS[name][code] for name in ("themes", "publics", "categories") for code in getattr(chosen, name)]
    said += [place_words.label(known.place)] if known.place else []
    return " · ".join(dict.fromkeys(said)) or "Tout l’annuaire"
