"""A page of results in words: what was understood, the lines, the filters, and the ways out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from maillage.directory import place_words, search_state
from maillage.directory.addresses import address_of
from maillage.directory.addresses import href as href  # results are spoken of with their address
from maillage.directory.keeping import buttons
from maillage.directory.opening import OPENINGS
from maillage.directory.presenters import CardView
from maillage.directory.search_state import LISTS, RADII, SearchState, to_pairs
from maillage.directory.searching import Result, Results
from maillage.directory.suggestions import Suggested
from maillage.directory.vocabulary import (
    CAPACITIES,
    CAPACITY_LEVELS,
    STALE_AFTER_DAYS,
    term_labels,
    themes,
)
from maillage.kernel import clock
from maillage.web.templating import day
from maillage_search.emergency import numbers_for
from maillage_search.port import FIRST_LINE_CATEGORIES, Filters, Understood, WideningKind
from maillage_search.understanding import chips
from maillage_search.understanding.params import without

Words = dict[str, object]

_NBSP = "\u00a0"
_KINDS = {"theme": "", "public": "Public", "place": "Lieu", "words": "Mots"}
AT_HOME = "Près de votre territoire"
_THEMES_SHOWN = 3
_TOLD_BY_CARD = frozenset(
    {"dans la commune ou tout près", "places disponibles", "peu de places", "liste d’attente", "complet"}
)
_LEVELS_TOLD = frozenset({"free", "limited", "waiting", "full"})


@dataclass(frozen=True, slots=True)
class Section:
    """Lines that came the same way; `words` say which way when the search was widened."""

    words: str
    cards: list[Words]


def locale_of(state: SearchState) -> str:
    return "fr-BE" if state.place_country == "BE" else "fr"


def chip_rows(state: SearchState) -> list[Words]:
    """What was understood, then the filters in force; each leads to the search without it."""
    known = state.understood
    rows = []
    for chip in chips(known, locale_of(state)):
        label = place_words.label(known.place) if chip.kind == "place" and known.place else chip.label
        rest = state.with_place(None) if chip.kind == "place" else replace(state, understood=without(known, chip))
        rows.append(_chip(label, AT_HOME if chip.kind == "place" and state.at_home else _KINDS[chip.kind], rest))
    if known.directory_words and known.certainty < 1:
        rest = replace(state, understood=_wordless(known))
        rows.append(_chip(" ".join(known.directory_words), _KINDS["words"], rest))
    return rows + [_chip(label, "Filtre", rest) for label, rest in _filters_off(state)]


def named_links(named: Sequence[Suggested]) -> list[dict[str, str]]:
    return [{"label": one.label, "hint": one.hint, "href": address_of(one)} for one in named]


def place_choices(state: SearchState) -> list[dict[str, str]]:
    return [{"label": place_words.label(place), "href": href(state.with_place(place))} for place in state.among]


def sections(results: Results, state: SearchState) -> list[Section]:
    """The answers themselves, then what each step of a widening brought."""
    steps: list[tuple[WideningKind | None, str]] = [(None, ""), *((step.kind, step.words) for step in results.widened)]
    found = []
    for kind, words in steps:
        cards = [card(line, state) for line in results.lines if line.widening == kind]
        if cards:
            found.append(Section(words, cards))
    return found


def card(line: Result, state: SearchState) -> Words:
    """One line as `cards.result_card` takes it."""
    told = line.card
    state_of = told.capacity.state
    words: Words = {
        "href": url_for("directory.show_service", service_id=told.id),
        "name": told.name,
        "organization": told.organization,
        "organization_href": url_for("directory.show_organization", org_id=told.organization_id),
        "themes": term_labels(themes(), told.themes[:_THEMES_SHOWN], "fr-BE" if told.country == "BE" else "fr"),
        "reasons": [*_open_words(line, state), *(reason for reason in line.reasons if not _told_elsewhere(reason))],
        "place": told.place.commune if told.place else "",
        "distance": _distance(line),
        "keep": buttons.mine(told.id, told.name),
        **_verified(told),
    }
    if state_of in _LEVELS_TOLD:
        words["capacity"] = {"label": CAPACITIES[state_of], "level": CAPACITY_LEVELS[state_of]}
    if line.grouped_ids:
        words["grouped_count"] = len(line.grouped_ids)
        words["grouped_href"] = _offer_href(line, state)
    return words


def count_words(results: Results) -> str:
    exact = results.total if any(line.widening is None for line in results.lines) or results.total else 0
    if not exact:
        return "Aucun service ne répond exactement" if results.lines else "Aucun service trouvé"
    number = f"{exact:,}".replace(",", _NBSP)
    services = f"{number} service{'s' if exact > 1 else ''}"
    if results.opening:
        return f"{services} ouvert{'s' if exact > 1 else ''}"
    return f"Plus de {services}" if results.total_is_capped else services


def hours_words(results: Results) -> str:
    """What the filter of hours rests on; empty without it."""
    read = results.opening
    if read is None:
        return ""
    return f"Horaires connus seulement\u00a0: {read.with_hours} des {read.looked_at} fiches lues disent les leurs."


def emergency(understood: Understood, country: str) -> list[dict[str, str]]:
    return [
        {
            "number": one.number,
            "label": one.name,
            "detail": f"{one.description} · {one.hours.replace(' h', f'{_NBSP}h')}",
        }
        for one in numbers_for(understood.urgent, country or "FR")
    ]


def hidden_pairs(state: SearchState) -> search_state.Params:
    """What the form of filters sends along: the search itself, without its filters."""
    kept = Filters(categories=state.filters.categories)
    return to_pairs(replace(state, filters=kept, radius_km=None, opening="", after=0))


def ways_out(state: SearchState, *, searched_km: float) -> list[Words]:
    """The next steps when nothing suits, nearest to what was asked first."""
    ways = []
    wider = next((km for km in RADII if km > (state.radius_km or searched_km)), None)
    if state.understood.place and wider:
        ways.append((f"Chercher jusqu’à {wider}{_NBSP}km", replace(state, radius_km=wider, after=0)))
    if state.filter_count:
        ways.append(("Retirer les filtres", replace(state, filters=Filters(), radius_km=None, opening="", after=0)))
    if not FIRST_LINE_CATEGORIES.issubset(state.filters.categories):
        desks = Filters(categories=tuple(sorted(FIRST_LINE_CATEGORIES)))
        only_place = SearchState(understood=Understood(place=state.understood.place), country=state.country)
        ways.append(("Voir les guichets de premier accueil", replace(only_place, filters=desks)))
    found: list[Words] = [{"label": label, "href": href(there)} for label, there in ways]
    return [*found, {"label": "Reprendre depuis l’accueil", "href": url_for("search.home")}]


def _chip(label: str, kind: str, rest: SearchState) -> Words:
    return {"label": label, "kind": kind, "remove_href": href(replace(rest, after=0))}


def _wordless(known: Understood) -> Understood:
    return replace(known, words=(), expansions={}, name_words=(), directory_words=(), phone="")


def _filters_off(state: SearchState) -> list[tuple[str, SearchState]]:
    chosen = state.filters
    rows = []
    for name, table in LISTS.items():
        codes: tuple[str, ...] = getattr(chosen, name)
        for code in codes:
            kept: dict[str, Any] = {name: tuple(other for other in codes if other != code)}
            rows.append((table[code], replace(state, filters=replace(chosen, **kept))))
    if chosen.free_places:
        rows.append(("Places disponibles", replace(state, filters=replace(chosen, free_places=False))))
    if chosen.open_to_all:
        rows.append(("Ouvert à tous", replace(state, filters=replace(chosen, open_to_all=False))))
    if state.opening:
        rows.append((OPENINGS[state.opening], replace(state, opening="")))
    if state.radius_km:
        rows.append((f"Moins de {state.radius_km}{_NBSP}km", replace(state, radius_km=None)))
    return rows


def _told_elsewhere(reason: str) -> bool:
    """The distance and the places have their own spot on a card."""
    return reason.endswith("km") or reason in _TOLD_BY_CARD


def _distance(line: Result) -> str:
    km = line.distance_km
    if km is None:
        return ""
    about = "à environ" if line.card.place and line.card.place.approximate else "à"
    if km < 1:
        return "tout près" if about != "à" else f"à moins de 1{_NBSP}km"
    return f"{about} {round(km)}{_NBSP}km"


def _verified(told: CardView) -> Words:
    if told.verified_on is None:
        return {"verified": "jamais vérifié", "stale": True}
    days = (clock.today(told.country) - told.verified_on).days
    if days > STALE_AFTER_DAYS:
        return {"verified": "vérifié il y a plus d’un an", "stale": True}
    return {"verified": f"vérifié le {day(told.verified_on).split(' ', 1)[1]}", "stale": False}


def _offer_href(line: Result, state: SearchState) -> str:
    pairs = [("s", str(line.card.id)), *(("s", one) for one in line.grouped_ids[:49])]
    if state.understood.place:
        pairs.append(("place", place_words.code(state.understood.place)))
    return f"{url_for('search.offer')}?{urlencode(pairs)}"


def _open_words(line: Result, state: SearchState) -> list[str]:
    if not state.opening:
        return []
    return [OPENINGS[state.opening].lower() + (", dans un autre de ses lieux" if line.open_elsewhere else "")]
