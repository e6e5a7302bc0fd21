"""Why a result is there, in words. Nothing is said that the record does not say."""

import datetime as dt
from collections.abc import Mapping

from maillage_search import bits
from maillage_search.facts import Facts
from maillage_search.places import Place
from maillage_search.ranking import Ranked, capacity_is_current, has_answering_habit
from maillage_search.taxonomy import load_taxonomy

_CAPACITY_WORDS = {
    "free": "places disponibles",
    "limited": "peu de places",
    "waiting": "liste d’attente",
    "full": "complet",
}


def reasons(one: Ranked, concepts: Mapping[str, float], place: Place | None, on: dt.date) -> tuple[str, ...]:
    found = [
        "correspond au nom cherché" if one.named else "",
        _theme(one, concepts),
        _distance(one.distance_km, one.facts),
        _reach(one, place),
        _answer(one.facts),
        _CAPACITY_WORDS.get(one.facts.capacity, "") if capacity_is_current(one.facts, on) else "",
        "convention avec votre organisation" if one.candidate.partner else "",
        "réservé aux locataires" if one.facts.tenants_only else "",
    ]
    return tuple(reason for reason in found if reason)


def _theme(one: Ranked, concepts: Mapping[str, float]) -> str:
    """The record's own theme that weighs most in the search, never the search's theme that it does not carry."""
    carried = sorted(
        (code for code in bits.unpack(one.candidate.concept_bits) if concepts.get(code)),
        key=lambda code: (-concepts[code], code),
    )
    themes = load_taxonomy().themes
    for code in carried:
        own = code if code in themes else next(iter(themes.from_data_inclusion([code])), "")
        if own:
            return f"traite {themes[own].topic}"
    return ""


def _distance(km: float | None, known: Facts) -> str:
    if km is None:
        return ""
    if km < 1:
        return "dans la commune ou tout près" if known.approximate else "à moins de 1 km"
    about = "à environ" if known.approximate else "à"
    return f"{about} {round(km)}\u00a0km"


def _reach(one: Ranked, place: Place | None) -> str:
    if place is None:
        return ""
    if one.candidate.serves_place:
        return f"intervient à {place.name}" if place.kind == "commune" else f"intervient sur {place.name}"
    return "itinérant" if one.facts.itinerant else ""


def _answer(known: Facts) -> str:
    if not has_answering_habit(known) or known.answer_median_days is None:
        return ""
    days = round(known.answer_median_days)
    if days < 1:
        return "répond dans la journée"
    return "répond en 1\u00a0jour" if days == 1 else f"répond en {days}\u00a0jours"
