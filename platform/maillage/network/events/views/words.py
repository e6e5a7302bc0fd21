"""How the pages tell of sessions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from maillage.kernel import clock
from maillage.network.events import policy
from maillage.network.events.codes import KINDS, MODES, QUESTIONS, SCALE, SEATS, STATES, TRANSITIONS
from maillage.network.events.models import Event
from maillage.network.events.service.through import counted
from maillage.web.templating import day, local


@dataclass(frozen=True, slots=True)
class Rating:
    """How one question was answered. `good`: the share of those who agree, in hundredths."""

    question: str
    counts: tuple[tuple[str, int], ...]
    good: int


def results(event: Event) -> tuple[int, list[Rating]] | None:
    """What those who were there think, counted; None while too few answered for nobody to be told apart."""
    answers = counted(event.ratings)
    if answers < policy.ENOUGH_RATINGS:
        return None
    return answers, [_rating(event.ratings[question], words, answers) for question, words in QUESTIONS.items()]


def span(start: datetime, end: datetime) -> str:
    """« mardi 3 mars, de 9 h à 12 h 30 »."""
    first, last = (clock.hour_in_words(local(at)) for at in (start, end))
    return f"{day(start)}, de {first} à {last}"


def seats_left(event: Event) -> str:
    """« 3 places sur 20 », « complet, 4 personnes attendent »."""
    left = event.places - event.taken
    if left > 0:
        return f"{left} place{'s' if left > 1 else ''} libre{'s' if left > 1 else ''} sur {event.places}"
    waiting = f"{event.waiting} personne{'s attendent' if event.waiting > 1 else ' attend'}"
    return f"Complet, {waiting}" if event.waiting else "Complet"


def _rating(counts: dict[str, int], words: str, answers: int) -> Rating:
    told = tuple((label, counts[answer]) for answer, label in SCALE.items())
    return Rating(words, told, round(100 * (counts["4"] + counts["3"]) / answers))


WORDS: Final[dict[str, Any]] = {
    "kinds": KINDS, "modes": MODES, "states": STATES, "seats": SEATS, "transitions": TRANSITIONS,
    "span": span, "seats_left": seats_left,
}  # fmt: skip
