"""The life of a meeting, as data: its states, what moves it, who may do what in which state.

Everything else reads these tables: policy, verbs, pages, tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class State(StrEnum):
    POLLING = "polling"
    PLANNED = "planned"
    HELD = "held"
    PUBLISHED = "published"
    APPROVED = "approved"
    CANCELLED = "cancelled"


class Event(StrEnum):
    CHOOSE = "choose"
    MOVE = "move"
    CANCEL = "cancel"
    OPEN = "open"
    PUBLISH = "publish"
    REOPEN = "reopen"
    APPROVE = "approve"


class Who(StrEnum):
    """`LEAD`: who animates the group, one of its leads or the coordinator of its network."""

    LEAD = "lead"
    MEMBER = "member"


class Act(StrEnum):
    READ = "read"
    VOTE = "vote"
    ANSWER = "answer"
    PROPOSE = "propose"
    CHANGE = "change"
    ADD_DATES = "add_dates"
    CHOOSE = "choose"
    MOVE = "move"
    CANCEL = "cancel"
    ORDER = "order"
    INVITE = "invite"
    OPEN = "open"
    RECORD = "record"
    WRITE = "write"
    READ_MINUTES = "read_minutes"
    FOLLOW = "follow"
    PUBLISH = "publish"
    REOPEN = "reopen"
    APPROVE = "approve"


class Vote(StrEnum):
    YES = "yes"
    IF_NEEDED = "if_needed"
    NO = "no"


class Said(StrEnum):
    """What somebody announced, before the meeting."""

    COMING = "coming"
    EXCUSED = "excused"
    REPRESENTED = "represented"


class Presence(StrEnum):
    """What was seen, at the meeting."""

    PRESENT = "present"
    EXCUSED = "excused"
    REPRESENTED = "represented"
    ABSENT = "absent"


class ActionState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class StateRow:
    label: str
    tone: str


STATES: Final[Mapping[State, StateRow]] = {
    State.POLLING: StateRow("Date à choisir", "amber"),
    State.PLANNED: StateRow("Date fixée", "teal"),
    State.HELD: StateRow("Compte rendu à publier", "blue"),
    State.PUBLISHED: StateRow("Compte rendu publié", "green"),
    State.APPROVED: StateRow("Compte rendu approuvé", "green"),
    State.CANCELLED: StateRow("Annulée", "red"),
}


@dataclass(frozen=True, slots=True)
class Transition:
    froms: frozenset[State]
    to: State


def _from(*froms: State, to: State) -> Transition:
    return Transition(frozenset(froms), to)


TRANSITIONS: Final[Mapping[Event, Transition]] = {
    Event.CHOOSE: _from(State.POLLING, to=State.PLANNED),
    Event.MOVE: _from(State.PLANNED, to=State.PLANNED),
    Event.CANCEL: _from(State.POLLING, State.PLANNED, to=State.CANCELLED),
    Event.OPEN: _from(State.PLANNED, to=State.HELD),
    Event.PUBLISH: _from(State.HELD, to=State.PUBLISHED),
    Event.REOPEN: _from(State.PUBLISHED, to=State.HELD),
    Event.APPROVE: _from(State.PUBLISHED, to=State.APPROVED),
}

_ALL: Final = frozenset(State)
_AHEAD: Final = frozenset({State.POLLING, State.PLANNED})
_MINUTES: Final = frozenset({State.HELD, State.PUBLISHED, State.APPROVED})
TOLD: Final = frozenset({State.PUBLISHED, State.APPROVED})

RIGHTS: Final[Mapping[Act, Mapping[Who, frozenset[State]]]] = {
    Act.READ: {Who.LEAD: _ALL, Who.MEMBER: _ALL},
    Act.VOTE: {who: frozenset({State.POLLING}) for who in Who},
    Act.ANSWER: {who: frozenset({State.PLANNED}) for who in Who},
    Act.PROPOSE: {Who.LEAD: _AHEAD | {State.HELD}, Who.MEMBER: _AHEAD},
    Act.FOLLOW: {Who.LEAD: _MINUTES, Who.MEMBER: TOLD},
    Act.READ_MINUTES: {Who.LEAD: _MINUTES, Who.MEMBER: TOLD},
    Act.CHANGE: {Who.LEAD: _AHEAD},
    Act.ADD_DATES: {Who.LEAD: frozenset({State.POLLING})},
    Act.ORDER: {Who.LEAD: _AHEAD | {State.HELD}},
    Act.INVITE: {Who.LEAD: frozenset({State.PLANNED})},
    Act.RECORD: {Who.LEAD: frozenset({State.HELD})},
    Act.WRITE: {Who.LEAD: frozenset({State.HELD})},
    **{Act(event): {Who.LEAD: row.froms} for event, row in TRANSITIONS.items()},
}

VOTES: Final[Mapping[str, str]] = {Vote.YES: "Oui", Vote.IF_NEEDED: "Si besoin", Vote.NO: "Non"}
SAID: Final[Mapping[str, str]] = {
    Said.COMING: "Je viens",
    Said.EXCUSED: "Je ne peux pas venir",
    Said.REPRESENTED: "Quelqu’un vient à ma place",
}
ANNOUNCED: Final[Mapping[str, str]] = {
    Said.COMING: "Vient",
    Said.EXCUSED: "Ne vient pas",
    Said.REPRESENTED: "Se fait représenter",
}
PRESENCES: Final[Mapping[str, str]] = {
    Presence.PRESENT: "Présent",
    Presence.EXCUSED: "Excusé",
    Presence.REPRESENTED: "Représenté",
    Presence.ABSENT: "Absent",
}
ACTION_STATES: Final[Mapping[str, StateRow]] = {
    ActionState.OPEN: StateRow("À faire", "amber"),
    ActionState.DONE: StateRow("Faite", "green"),
    ActionState.DROPPED: StateRow("Abandonnée", "grey"),
}
ENDINGS: Final[Mapping[str, str]] = {ActionState.DONE: "C’est fait", ActionState.DROPPED: "On y renonce"}
EXPECTED: Final[Mapping[str, str]] = {
    Said.COMING: Presence.PRESENT,
    Said.EXCUSED: Presence.EXCUSED,
    Said.REPRESENTED: Presence.REPRESENTED,
}
"""What the list of those present begins with, before anybody is called."""
