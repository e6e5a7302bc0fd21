"""A service in the words of its page."""

from dataclasses import dataclass
from datetime import date

from maillage.directory import hours, territories
from maillage.directory.asking import asked_in
from maillage.directory.policy import Disclosure
from maillage.directory.presenters import PlaceView, ServiceView, StopView
from maillage.directory.vocabulary import (
    CAPACITIES,
    CAPACITY_LEVELS,
    FEES,
    LANGUAGES,
    MODES,
    MONTHS,
    OPEN_TO,
    SCALE,
    STALE_AFTER_DAYS,
    TYPES,
    labels,
    publics,
    term_labels,
    themes,
)
from maillage.kernel import clock


@dataclass(frozen=True, slots=True)
class PlaceLines:
    """One place: its words, whether it is open now, its coming week, its stops."""

    title: str
    where: str
    note: str
    open_now: str
    is_open: bool
    week: tuple[hours.DayHours, ...]
    told_hours: str
    stops: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ServiceLines:
    themes: list[str]
    publics: list[str]
    capacity: str
    capacity_level: str
    capacity_note: str
    answer: str
    where: str
    areas: list[str]
    places: list[PlaceLines]
    details: list[dict[str, object]]
    documents: list[str]
    questions: list[str]
    stale: bool


def service_lines(view: ServiceView) -> ServiceLines:
    locale = "fr-BE" if view.organization.country == "BE" else "fr"
    return ServiceLines(
        themes=term_labels(themes(), view.themes, locale),
        publics=term_labels(publics(), view.publics, locale),
        capacity=CAPACITIES[view.capacity.state],
        capacity_level=CAPACITY_LEVELS[view.capacity.state],
        capacity_note="L’indication précédente n’est plus à jour." if view.capacity.lapsed else "",
        answer=_answer(view),
        where=_where(view),
        areas=[territories.label(token) for token in view.areas],
        places=[_place(place, view) for place in view.places],
        details=_details(view),
        documents=[str(one) for one in asked_in(view.documents_needed)],
        questions=[str(one) for one in asked_in(view.questions)],
        stale=_is_stale(view.verified_on, view.organization.country),
    )


def _answer(view: ServiceView) -> str:
    if view.habit.median_days is not None:
        return f"Répond en {_days(view.habit.median_days)} (médiane de {view.habit.sample} réponses)"
    if view.delay_days is not None:
        return f"Annonce une réponse en {_days(view.delay_days)}"
    return ""


def _days(count: float) -> str:
    rounded = round(count)
    return "moins d’un jour" if rounded < 1 else "1 jour" if rounded == 1 else f"{rounded} jours"


def _where(view: ServiceView) -> str:
    if view.disclosed == Disclosure.NOTHING:
        return "Adresse confidentielle"
    communes = list(dict.fromkeys(place.commune for place in view.places if place.commune))
    if not communes:
        return ""
    more = f" et {len(communes) - 3} autres communes" if len(communes) > 4 else ""
    return ", ".join(communes[:3] if more else communes) + more


def _place(place: PlaceView, view: ServiceView) -> PlaceLines:
    country = view.organization.country
    open_now, is_open = _open_now(place.opening_hours, country)
    hidden = view.disclosed != Disclosure.FULL
    return PlaceLines(
        title=place.name or ("Lieu itinérant" if place.kind == "itinerant" else place.commune),
        where=" ".join(filter(None, (place.address and f"{place.address},", place.postcode, place.commune))),
        note="L’adresse exacte n’est pas publique." if hidden else "",
        open_now=open_now,
        is_open=is_open,
        week=hours.week(place.opening_hours, country, clock.now()),
        told_hours="" if hours.valid(place.opening_hours) else place.opening_hours,
        stops=tuple((_stop(stop), hours.to_words(stop.opening_hours)) for stop in place.stops),
    )


def _stop(stop: StopView) -> str:
    return (
        stop.place
        if not stop.commune or stop.commune in stop.place
        else ", ".join(filter(None, (stop.place, stop.commune)))
    )


def _open_now(text: str, country: str) -> tuple[str, bool]:
    now = clock.now()
    state = hours.state(text, country, now)
    if state is None:
        return "", False
    if state.changes_at is None:
        return ("Ouvert en permanence", True) if state.open else ("Fermé", False)
    at = clock.hour_in_words(state.changes_at)
    if state.open:
        return f"Ouvert maintenant, jusqu’à {at}", True
    days = (state.changes_at.date() - clock.today(country)).days
    when = "" if days == 0 else " demain" if days == 1 else f" {hours.DAYS[state.changes_at.weekday()]}"
    return (f"Fermé, ouvre{when} à {at}" if days < 7 else "Fermé"), False


def _details(view: ServiceView) -> list[dict[str, object]]:
    """Rows of the summary list; what was never said is not shown."""
    fee = FEES.get(view.fee, "")
    rows: list[tuple[str, object]] = [
        ("Conditions", view.conditions),
        ("Accès", OPEN_TO.get(view.open_to, "")),
        ("Frais", " · ".join(filter(None, (fee, view.fee_note)))),
        ("Formes d’aide", labels(TYPES, view.types)),
        ("Où", labels(MODES, view.modes)),
        ("Langues", labels(LANGUAGES, view.languages)),
        ("Période", ", ".join(MONTHS[str(month)].lower() for month in view.season)),
        ("Rôle de l’organisation", SCALE.get(view.scale, "")),
        ("Bouquet", view.bundle),
    ]
    return [{"term": term, "value": value} for term, value in rows if value]


def _is_stale(verified_on: date | None, country: str) -> bool:
    return verified_on is None or (clock.today(country) - verified_on).days > STALE_AFTER_DAYS
