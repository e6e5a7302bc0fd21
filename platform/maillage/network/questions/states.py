"""The life of a question, as data: where it waits, what becomes of it, and who may move it from where to where."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Status(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"  # who asked, or who animates, kept an answer
    CLOSED = "closed"


class Level(StrEnum):
    """Whom a question waits for."""

    GROUP = "group"
    NETWORK = "network"
    COORDINATION = "coordination"


class Deed(StrEnum):
    ANSWER = "answer"
    ACCEPT = "accept"
    WIDEN = "widen"
    ESCALATE = "escalate"
    CORRECT = "correct"
    CLOSE = "close"
    REOPEN = "reopen"


class Role(StrEnum):
    """Who somebody is for a question; several at once."""

    PEER = "peer"  # may read it
    ASKER = "asker"
    LEAD = "lead"  # of its group
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class Step:
    """`to_level`: where it goes on; `returns`: it goes back to those who waited for it."""

    deed: Deed
    by: frozenset[Role]
    status: frozenset[Status]
    levels: frozenset[Level] = frozenset(Level)
    to_status: Status | None = None
    to_level: Level | None = None
    returns: bool = False

    def fits(self, status: str, level: str) -> bool:
        return status in self.status and level in self.levels


_OPEN, _LIVING = frozenset({Status.OPEN}), frozenset({Status.OPEN, Status.ANSWERED})
_ANIMATES = frozenset({Role.LEAD, Role.COORDINATOR})
_OWNS = _ANIMATES | {Role.ASKER}

REOPENED: Final = Step(Deed.REOPEN, _OWNS, frozenset({Status.ANSWERED, Status.CLOSED}), to_status=Status.OPEN)
STEPS: Final = (
    # First the coordination's own answer: it brings the question back.
    Step(Deed.ANSWER, frozenset({Role.COORDINATOR}), _OPEN, frozenset({Level.COORDINATION}), returns=True),
    Step(Deed.ANSWER, frozenset({Role.PEER}), _LIVING),
    Step(Deed.ACCEPT, _OWNS, _LIVING, to_status=Status.ANSWERED),
    Step(Deed.WIDEN, _OWNS, _OPEN, frozenset({Level.GROUP}), to_level=Level.NETWORK),
    Step(
        Deed.WIDEN,
        frozenset({Role.COORDINATOR}),
        _OPEN,
        frozenset({Level.COORDINATION}),
        to_level=Level.NETWORK,
    ),
    # One coordinator for seventy groups: a lead looks first, or the network has been asked.
    Step(Deed.ESCALATE, frozenset({Role.LEAD}), _OPEN, frozenset({Level.GROUP}), to_level=Level.COORDINATION),
    Step(
        Deed.ESCALATE,
        frozenset({Role.LEAD, Role.ASKER}),
        _OPEN,
        frozenset({Level.NETWORK}),
        to_level=Level.COORDINATION,
    ),
    Step(Deed.CORRECT, frozenset({Role.ASKER}), _LIVING),
    Step(Deed.CLOSE, _OWNS, _OPEN, to_status=Status.CLOSED),
    REOPENED,
)

STATUS_LABELS: Final[dict[str, str]] = {
    Status.OPEN: "En attente",
    Status.ANSWERED: "Réponse retenue",
    Status.CLOSED: "Close",
}
LEVEL_LABELS: Final[dict[str, str]] = {
    Level.GROUP: "Posée au groupe",
    Level.NETWORK: "Posée à tout le réseau",
    Level.COORDINATION: "Confiée à la coordination",
}


def step_for(deed: Deed, roles: Iterable[Role], status: str, level: str) -> Step | None:
    """The step that somebody with these roles would take; None when this is not theirs to do now."""
    held = frozenset(roles)
    return next((one for one in STEPS if one.deed is deed and one.by & held and one.fits(status, level)), None)


def ever(deed: Deed, roles: Iterable[Role]) -> bool:
    """Whether it is theirs to do at some moment of a question's life."""
    held = frozenset(roles)
    return any(one.deed is deed and one.by & held for one in STEPS)


def open_to(roles: Iterable[Role], status: str, level: str) -> list[Deed]:
    """What they may do now, in the order of the list of deeds."""
    held = frozenset(roles)
    return [deed for deed in Deed if step_for(deed, held, status, level) is not None]
