"""The life of a session, as data: its states, what moves it, who may do what in which state.

Everything else reads these tables: policy, verbs, pages, tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class CourseKind(StrEnum):
    TRAINING = "training"
    COLLOQUIUM = "colloquium"
    SERIES = "series"


class Mode(StrEnum):
    IN_PERSON = "in_person"
    REMOTE = "remote"
    BOTH = "both"


class State(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    HELD = "held"
    CANCELLED = "cancelled"


class Seat(StrEnum):
    """Where somebody stands who signed up."""

    SEATED = "seated"
    WAITING = "waiting"
    GIVEN_BACK = "given_back"


class Who(StrEnum):
    """`ORGANIZER`: a lead of the group that holds the session, or the coordinator of its network."""

    ORGANIZER = "organizer"
    MEMBER = "member"


class Act(StrEnum):
    READ = "read"
    SIGN_UP = "sign_up"
    GIVE_BACK = "give_back"
    RATE = "rate"
    CERTIFY = "certify"
    CHANGE = "change"
    PUBLISH = "publish"
    CLOSE = "close"
    REOPEN = "reopen"
    CANCEL = "cancel"
    ANNOUNCE = "announce"
    READ_ROLL = "read_roll"
    RECORD = "record"
    ADD_MATERIAL = "add_material"


@dataclass(frozen=True, slots=True)
class Transition:
    froms: frozenset[State]
    to: State
    label: str


def _from(*froms: State, to: State, label: str) -> Transition:
    return Transition(frozenset(froms), to, label)


TRANSITIONS: Final[Mapping[Act, Transition]] = {
    Act.PUBLISH: _from(State.DRAFT, to=State.OPEN, label="Ouvrir les inscriptions"),
    Act.CLOSE: _from(State.OPEN, to=State.CLOSED, label="Clore les inscriptions"),
    Act.REOPEN: _from(State.CLOSED, to=State.OPEN, label="Rouvrir les inscriptions"),
    Act.CANCEL: _from(State.DRAFT, State.OPEN, State.CLOSED, to=State.CANCELLED, label="Annuler la session"),
}
"""What an organiser moves by hand. Noting who was there makes a session `held`."""

_ALL: Final = frozenset(State)
_TOLD: Final = _ALL - {State.DRAFT}
_AHEAD: Final = frozenset({State.OPEN, State.CLOSED})

RIGHTS: Final[Mapping[Act, Mapping[Who, frozenset[State]]]] = {
    Act.READ: {Who.ORGANIZER: _ALL, Who.MEMBER: _TOLD},
    Act.SIGN_UP: {who: frozenset({State.OPEN}) for who in Who},
    Act.GIVE_BACK: {who: _AHEAD for who in Who},
    Act.RATE: {who: frozenset({State.HELD}) for who in Who},
    Act.CERTIFY: {who: frozenset({State.HELD}) for who in Who},
    Act.CHANGE: {Who.ORGANIZER: _AHEAD | {State.DRAFT}},
    Act.ANNOUNCE: {Who.ORGANIZER: frozenset({State.OPEN})},
    Act.READ_ROLL: {Who.ORGANIZER: _TOLD},
    Act.RECORD: {Who.ORGANIZER: _AHEAD | {State.HELD}},
    Act.ADD_MATERIAL: {Who.ORGANIZER: _ALL - {State.CANCELLED}},
    **{act: {Who.ORGANIZER: row.froms} for act, row in TRANSITIONS.items()},
}

KINDS: Final[Mapping[str, str]] = {
    CourseKind.TRAINING: "Formation",
    CourseKind.COLLOQUIUM: "Colloque",
    CourseKind.SERIES: "Cycle",
}
MODES: Final[Mapping[str, str]] = {
    Mode.IN_PERSON: "Sur place",
    Mode.REMOTE: "À distance",
    Mode.BOTH: "Sur place et à distance",
}
STATES: Final[Mapping[str, tuple[str, str]]] = {
    State.DRAFT: ("En préparation", "grey"),
    State.OPEN: ("Inscriptions ouvertes", "green"),
    State.CLOSED: ("Inscriptions closes", "amber"),
    State.HELD: ("Terminée", "blue"),
    State.CANCELLED: ("Annulée", "red"),
}
SEATS: Final[Mapping[str, tuple[str, str]]] = {
    Seat.SEATED: ("Vous êtes inscrit", "teal"),
    Seat.WAITING: ("Sur liste d’attente", "amber"),
}
QUESTIONS: Final[Mapping[str, str]] = {
    "aims": "Les objectifs annoncés sont atteints",
    "useful": "Je m’en servirai dans mon travail",
    "pace": "Le rythme me convenait",
    "trainer": "L’animation était claire",
    "place": "L’organisation était bonne",
}
SCALE: Final[Mapping[str, str]] = {"4": "Tout à fait", "3": "Plutôt oui", "2": "Plutôt non", "1": "Pas du tout"}
