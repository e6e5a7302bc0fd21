"""What a reader of a meeting is asked to do next: one gesture, or nothing."""

from dataclasses import dataclass
from typing import Final

from maillage.network.meetings.codes import Act
from maillage.network.meetings.views.frame import Frame


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    endpoint: str


_VOTE: Final = Step("Dire mes disponibilités", "meetings.vote")
_CHOOSE: Final = Step("Choisir la date", "meetings.choose")
_ANSWER: Final = Step("Dire si je viens", "meetings.answer")
_WRITE: Final = Step("Écrire le compte rendu", "meetings.write")
_READ: Final = Step("Lire le compte rendu", "meetings.minutes")


def next_step(frame: Frame, answered: bool) -> Step | None:
    """What is expected of this reader first. Opening a meeting is a gesture of its own: it is not linked to."""
    if frame.opens:
        return None
    steps = (
        (frame.may(Act.VOTE) and not answered, _VOTE),
        (frame.may(Act.CHOOSE), _CHOOSE),
        (frame.may(Act.ANSWER) and not answered, _ANSWER),
        (frame.may(Act.WRITE), _WRITE),
        (frame.may(Act.READ_MINUTES), _READ),
    )
    return next((step for expected, step in steps if expected), None)
