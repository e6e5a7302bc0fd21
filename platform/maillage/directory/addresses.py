"""Addresses of searches and of what they name: codes only, never what was typed."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from flask import url_for

from maillage.directory.search_state import SearchState, to_pairs
from maillage.directory.suggestions import Suggested
from maillage_search.places import Place
from maillage_search.understanding import from_params


def href(state: SearchState, endpoint: str = "search.results", *, fiche: Sequence[str] = ()) -> str:
    """The address of this search. `fiche` names the records whose very name was typed."""
    pairs = [*to_pairs(state), *(("fiche", code) for code in fiche)]
    return url_for(endpoint) + (f"?{urlencode(pairs)}" if pairs else "")


def address_of(one: Suggested, place: Place | None = None) -> str:
    """Where choosing a suggestion leads; nowhere for a place, which completes a search."""
    if one.kind == "service":
        return url_for("directory.show_service", service_id=one.code)
    if one.kind == "organization":
        return url_for("directory.show_organization", org_id=one.code)
    if one.kind == "theme":
        return href(SearchState(understood=replace(from_params([("t", f"{one.code}.100")]), place=place)))
    return ""
