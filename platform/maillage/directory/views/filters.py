"""The panel of filters: the values that the answers hold, each with the number of records that choosing it brings."""

from collections.abc import Mapping
from dataclasses import dataclass

from maillage.directory.opening import OPENINGS
from maillage.directory.search_state import RADII, SearchState
from maillage.directory.searching import Results
from maillage.directory.views.results import Words, locale_of
from maillage.directory.vocabulary import FEES, LANGUAGES, MODES, publics, themes
from maillage_search.port import FacetCount
from maillage_search.taxonomy import Vocabulary

_NBSP = "\u00a0"
_LISTED = 8
_GROUPS = (
    ("Accueil", "modes", "modes", MODES),
    ("Frais", "fees", "fee", FEES),
    ("Langue parlée", "languages", "languages", LANGUAGES),
)
"""Title, filter, facet, labels."""


def filter_groups(state: SearchState, results: Results) -> list[Words]:
    """Groups of boxes; the values offered are those that the answers hold, and those already chosen."""
    chosen, locale = state.filters, locale_of(state)
    counts = {name: _Counts(counted, told=_told(name, results)) for name, counted in results.facets.items()}
    none = _Counts()
    theme_options = _term_options(themes(), counts.get("themes", none), chosen.themes, locale)
    public_options = _term_options(publics(), counts.get("publics", none), chosen.publics, locale)
    groups = [
        _group("Places et accès", "only", _only_options(state, counts.get("capacity", none)), opened=True),
        _group("Horaires connus", "ouvert", _opening_options(state), kind="radio", opened=True),
        _group("Thème", "themes", theme_options),
        _group("Public", "publics", public_options),
        *(
            _group(title, name, _options(table, counts.get(facet, none), getattr(chosen, name)))
            for title, name, facet, table in _GROUPS
        ),
    ]
    if state.understood.place:
        groups.insert(2, _group("Distance", "radius", _radius_options(state), kind="radio", opened=True))
    return [group for group in groups if group["options"]]


def _group(title: str, name: str, options: list[Words], *, kind: str = "checkbox", opened: bool = False) -> Words:
    shown = opened or any(option["checked"] for option in options)
    return {"title": title, "name": name, "options": options, "kind": kind, "open": shown}


def _option(value: str, label: str, checked: bool, count: int | None = None) -> Words:
    return {"value": value, "label": label, "checked": checked, "count": count}


@dataclass(frozen=True, slots=True)
class _Counts:
    """What the answers hold of one group; not `told` where the figure would not be what choosing the value brings."""

    counted: tuple[FacetCount, ...] = ()
    told: bool = True

    def of(self, code: str) -> int | None:
        return self.by_code().get(code, 0) if self.told else None

    def by_code(self) -> dict[str, int]:
        return {one.code: one.count for one in self.counted}


def _told(name: str, results: Results) -> bool:
    """Hours are read after the engine has counted; a group beyond the first ones was counted with its own filter."""
    return results.opening is None and name not in results.narrowed


def _options(table: Mapping[str, str], counts: _Counts, chosen: tuple[str, ...]) -> list[Words]:
    """In the table's order."""
    held = counts.by_code()
    return [
        _option(code, label, code in chosen, counts.of(code))
        for code, label in table.items()
        if code in held or code in chosen
    ]


def _term_options(vocabulary: Vocabulary, counts: _Counts, chosen: tuple[str, ...], locale: str) -> list[Words]:
    """The most frequent terms, the chosen ones first."""
    held = counts.by_code()
    frequent = sorted((code for code in held if code in vocabulary), key=lambda code: (-held[code], code))
    codes = list(dict.fromkeys([*chosen, *frequent[:_LISTED]]))
    return _options({code: vocabulary[code].label(locale) for code in codes}, counts, chosen)


def _only_options(state: SearchState, counts: _Counts) -> list[Words]:
    held = counts.by_code()
    free = held.get("free", 0) + held.get("limited", 0) if held and counts.told else None
    return [
        _option("free", "Places disponibles", state.filters.free_places, free),
        _option("open", "Ouvert à tous", state.filters.open_to_all),
    ]


def _opening_options(state: SearchState) -> list[Words]:
    usual = _option("", "Sans préférence", not state.opening)
    return [usual, *(_option(code, label, state.opening == code) for code, label in OPENINGS.items())]


def _radius_options(state: SearchState) -> list[Words]:
    usual = _option("", "Sans préférence", state.radius_km is None)
    return [usual, *(_option(str(km), f"{km}{_NBSP}km", state.radius_km == km) for km in RADII)]
