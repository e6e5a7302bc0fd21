"""The life of a referral, as data: which states there are, who may move it from where to where, and what that needs.

Everything else reads these tables: policy, verbs, pages, API, tests. Meanings: docs/architecture.md, "The handoff".
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, StrEnum
from typing import Final

from maillage.referrals.codes import Outcome, Side


class State(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    SEEN = "seen"
    INFO_REQUESTED = "info_requested"
    ACCEPTED = "accepted"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    REDIRECTED = "redirected"
    IN_PROGRESS = "in_progress"
    RELAYED = "relayed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ENTERED_IN_ERROR = "entered_in_error"


class Event(StrEnum):
    SEND = "send"
    SEEN = "seen"
    ASK_INFO = "ask_info"
    ANSWER_INFO = "answer_info"
    ACCEPT = "accept"
    WAITLIST = "waitlist"
    DECLINE = "decline"
    REDIRECT = "redirect"
    START = "start"
    APPOINTMENT = "appointment"
    RELAY = "relay"
    COMPLETE = "complete"
    ADVISE = "advise"
    TAKE_UP = "take_up"
    CANCEL = "cancel"
    CONFIRM_CANCEL = "confirm_cancel"
    WITHDRAW_CONSENT = "withdraw_consent"
    ENTERED_IN_ERROR = "entered_in_error"
    EXPIRE = "expire"


class By(StrEnum):
    """Whose event it is."""

    SENDER = "sender"
    RECEIVER = "receiver"
    EITHER = "either"
    SYSTEM = "system"

    def covers(self, side: Side) -> bool:
        return self is By.EITHER or self.value == side.value


class Fhir(StrEnum):
    """Task.status of FHIR R4, stored apart from our own state."""

    DRAFT = "draft"
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    ON_HOLD = "on-hold"
    REJECTED = "rejected"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered-in-error"


class Shown(Enum):
    """What the receiver may see of the person in a state. The sender always sees what it sent."""

    NOTHING = 0
    CARD = 1
    IDENTITY = 2


@dataclass(frozen=True, slots=True)
class StateRow:
    state: State
    label: str
    fhir: Fhir
    acts: Side | None
    shown: Shown = Shown.CARD

    @property
    def ended(self) -> bool:
        return self.acts is None


STATES: Final[dict[State, StateRow]] = {
    row.state: row
    for row in (
        StateRow(State.DRAFT, "Brouillon", Fhir.DRAFT, acts=Side.SENDER, shown=Shown.NOTHING),
        StateRow(State.SENT, "Envoyée", Fhir.REQUESTED, acts=Side.RECEIVER),
        StateRow(State.SEEN, "Lue", Fhir.REQUESTED, acts=Side.RECEIVER),
        StateRow(State.INFO_REQUESTED, "Précision demandée", Fhir.REQUESTED, acts=Side.SENDER),
        StateRow(State.ACCEPTED, "Acceptée", Fhir.ACCEPTED, acts=Side.RECEIVER, shown=Shown.IDENTITY),
        StateRow(State.WAITLISTED, "En liste d’attente", Fhir.ON_HOLD, acts=Side.RECEIVER),
        StateRow(State.DECLINED, "Déclinée", Fhir.REJECTED, acts=None),
        StateRow(State.REDIRECTED, "Réorientée", Fhir.REJECTED, acts=None),
        StateRow(
            State.IN_PROGRESS, "Accompagnement en cours", Fhir.IN_PROGRESS, acts=Side.RECEIVER, shown=Shown.IDENTITY
        ),
        StateRow(State.RELAYED, "Relayée", Fhir.IN_PROGRESS, acts=Side.RECEIVER, shown=Shown.IDENTITY),
        StateRow(State.COMPLETED, "Terminée", Fhir.COMPLETED, acts=None, shown=Shown.IDENTITY),
        StateRow(State.CANCELLED, "Annulée", Fhir.CANCELLED, acts=None),
        StateRow(State.EXPIRED, "Sans réponse", Fhir.CANCELLED, acts=None),
        StateRow(State.ENTERED_IN_ERROR, "Envoyée par erreur", Fhir.ENTERED_IN_ERROR, acts=None, shown=Shown.NOTHING),
    )
}

ACCESS_AFTER_CLOSURE: Final = timedelta(days=30)  # then the receiver reads no word of it any more

AWAITING_ANSWER: Final = frozenset({State.SENT, State.SEEN, State.INFO_REQUESTED})
BEFORE_WORK: Final = AWAITING_ANSWER | {State.ACCEPTED, State.WAITLISTED}
AT_WORK: Final = frozenset({State.IN_PROGRESS, State.RELAYED})
ENDED: Final = frozenset(state for state, row in STATES.items() if row.ended)
STILL_OPEN: Final = frozenset(State) - ENDED - {State.DRAFT}
TALKING: Final = BEFORE_WORK | AT_WORK | {State.COMPLETED}

NOTED: Final = frozenset({State.ACCEPTED, State.WAITLISTED, State.IN_PROGRESS, State.DECLINED})
"""Answers that a sender noted after a call, and that the receiver may still set aside to answer itself."""


class Target(Enum):
    """Where an event leads when it is no fixed state."""

    RESUMED = "the state before the question"
    UNCHANGED = "the state as it is"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: this event, from these states, by this side, leads there.

    `needs` are the details that must come with it ("a|b": one of them), `takes` those that may. `asked` restricts the
    row to referrals whose cancellation was asked for (or was not).
    """

    event: Event
    by: By
    froms: frozenset[State]
    to: State | Target
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    asked: bool | None = None

    @property
    def details(self) -> frozenset[str]:
        """Every detail that may come with the event."""
        return frozenset(name for need in (*self.needs, *self.takes) for name in need.split("|"))


def _row(
    event: Event,
    by: By,
    froms: Iterable[State],
    to: State | Target,
    *,
    needs: str = "",
    takes: str = "",
    asked: bool | None = None,
) -> Transition:
    return Transition(event, by, frozenset(froms), to, tuple(needs.split()), tuple(takes.split()), asked)


_ANSWERABLE = AWAITING_ANSWER | {State.WAITLISTED}

TABLE: Final[tuple[Transition, ...]] = (
    _row(Event.SEND, By.SENDER, {State.DRAFT}, State.SENT, takes="consent answers"),
    _row(Event.SEEN, By.RECEIVER, {State.SENT}, State.SEEN),
    _row(
        Event.ASK_INFO, By.RECEIVER, {State.SENT, State.SEEN, State.ACCEPTED, State.WAITLISTED},
        State.INFO_REQUESTED, needs="question", takes="note",
    ),
    _row(Event.ANSWER_INFO, By.SENDER, {State.INFO_REQUESTED}, Target.RESUMED, needs="answer", takes="note"),
    _row(Event.ACCEPT, By.RECEIVER, _ANSWERABLE, State.ACCEPTED, needs="contact date|estimate", takes="note"),
    _row(
        Event.WAITLIST, By.RECEIVER, AWAITING_ANSWER | {State.ACCEPTED},
        State.WAITLISTED, needs="estimate review_on", takes="reason note",
    ),
    _row(Event.DECLINE, By.RECEIVER, BEFORE_WORK, State.DECLINED, needs="reason", takes="note"),
    _row(Event.REDIRECT, By.EITHER, BEFORE_WORK, State.REDIRECTED, needs="service_id", takes="consent answers note"),
    _row(Event.START, By.RECEIVER, {State.ACCEPTED, State.RELAYED}, State.IN_PROGRESS, takes="date note"),
    _row(
        Event.APPOINTMENT, By.RECEIVER, {State.ACCEPTED} | AT_WORK,
        Target.UNCHANGED, needs="meeting date", takes="next_on note",
    ),
    _row(
        Event.RELAY, By.RECEIVER, {State.ACCEPTED, State.IN_PROGRESS, State.RELAYED},
        State.RELAYED, needs="service_id", takes="consent answers sharing_level note",
    ),
    _row(
        Event.COMPLETE, By.RECEIVER, {State.ACCEPTED} | AT_WORK,
        State.COMPLETED, needs="outcome", takes="intensity note",
    ),
    _row(Event.ADVISE, By.RECEIVER, AWAITING_ANSWER, State.COMPLETED, needs="answer"),
    _row(Event.TAKE_UP, By.RECEIVER, NOTED, State.SEEN, takes="note"),
    _row(Event.CANCEL, By.SENDER, BEFORE_WORK | {State.DRAFT}, State.CANCELLED, needs="reason", takes="note"),
    _row(Event.CANCEL, By.SENDER, AT_WORK, Target.UNCHANGED, needs="reason", takes="note", asked=False),
    _row(Event.CONFIRM_CANCEL, By.RECEIVER, AT_WORK, State.CANCELLED, takes="note", asked=True),
    _row(Event.WITHDRAW_CONSENT, By.EITHER, BEFORE_WORK | AT_WORK, State.CANCELLED, takes="note"),
    _row(
        Event.ENTERED_IN_ERROR, By.SENDER, set(State) - {State.ENTERED_IN_ERROR},
        State.ENTERED_IN_ERROR, takes="note",
    ),
    _row(Event.EXPIRE, By.SYSTEM, AWAITING_ANSWER, State.EXPIRED),
)  # fmt: skip

AFTER_RELAY: Final = frozenset({Event.START, Event.RELAY})  # from `relayed`: once no relay is open any more

HEARD: Final = frozenset(
    {Event.ACCEPT, Event.WAITLIST, Event.DECLINE, Event.START, Event.COMPLETE, Event.CONFIRM_CANCEL}
)
"""What a receiver says on the phone, for its sender to note. A question and its answer need no noting."""
FOLLOWED_UP: Final = frozenset({Event.SEND, Event.ACCEPT, Event.START})  # `waitlist` has a date of its own
OWNERS: Final = {row.event: Side(row.by.value) for row in TABLE if row.by in (By.SENDER, By.RECEIVER)}  # who alone may

_CELLS: Final = {(row.event, state): row for row in TABLE for state in row.froms}

EVENT_LABELS: Final[dict[Event, str]] = {
    Event.SEND: "Envoyer",
    Event.SEEN: "Lire",
    Event.ASK_INFO: "Demander une précision",
    Event.ANSWER_INFO: "Répondre à la question",
    Event.ACCEPT: "Accepter",
    Event.WAITLIST: "Mettre en liste d’attente",
    Event.DECLINE: "Décliner",
    Event.REDIRECT: "Réorienter",
    Event.START: "Commencer l’accompagnement",
    Event.APPOINTMENT: "Noter un rendez-vous",
    Event.RELAY: "Passer le relais",
    Event.COMPLETE: "Clore avec un bilan",
    Event.ADVISE: "Donner un conseil",
    Event.TAKE_UP: "Répondre nous-mêmes",
    Event.CANCEL: "Annuler",
    Event.CONFIRM_CANCEL: "Confirmer l’annulation",
    Event.WITHDRAW_CONSENT: "La personne retire son accord",
    Event.ENTERED_IN_ERROR: "Signaler une erreur de destinataire",
    Event.EXPIRE: "Clore sans réponse",
}


def transition(event: Event, state: State) -> Transition | None:
    """The row for this event in this state, or None: the event is impossible there."""
    return _CELLS.get((event, state))


def heard(row: Transition) -> Transition:
    """The row as it is noted after a call: when, with whom, and when to ask again."""
    again = ("review_on",) if row.event in FOLLOWED_UP else ()
    return replace(row, needs=("called_at", "spoken_to", *row.needs), takes=(*row.takes, *again))


def wordless(row: Transition) -> Transition:
    """The row where nothing is told of a person beside codes and dates: what people write of each other aside."""
    return replace(row, takes=tuple(name for name in row.takes if name not in {"note", "intensity"}))


def target(row: Transition, state: State, resume: State | None) -> State:
    """Where `row` leads from `state`; `resume` is where a question came from."""
    if row.to is Target.UNCHANGED:
        return state
    if row.to is Target.RESUMED:
        return resume or State.SEEN
    assert isinstance(row.to, State)
    return row.to


def fhir_status(
    state: State, *, resume: State | None = None, outcome: Outcome | None = None, accepted: bool = False
) -> Fhir:
    """Task.status of a referral. A question after an answer holds the task; an unmet need fails it.

    `accepted`: the receiver had accepted, and FHIR knows no way from there to a refusal.
    """
    if state is State.REDIRECTED and accepted:
        return Fhir.COMPLETED
    if state is State.INFO_REQUESTED and resume in (State.ACCEPTED, State.WAITLISTED):
        return Fhir.ON_HOLD
    if state is State.COMPLETED and outcome in (Outcome.NOT_COVERED, Outcome.UNREACHABLE):
        return Fhir.FAILED
    return STATES[state].fhir


def state_labels() -> dict[str, str]:
    return {state.value: row.label for state, row in STATES.items()}


def event_labels() -> dict[str, str]:
    return {event.value: words for event, words in EVENT_LABELS.items()}
