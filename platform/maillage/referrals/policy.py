"""Who may see and do what with a referral: pure rules over an actor, a referral and the table of states.

Whoever may not see a referral gets NotFound, as for one that does not exist. Whoever sees it but is not the one to act
gets Forbidden. Whoever may act, but not in this state, gets Conflict.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from maillage.kernel.actor import Actor, Channel, Reads
from maillage.kernel.errors import Conflict, Forbidden, NotFound
from maillage.referrals.codes import Route, Side, Voice, label
from maillage.referrals.kinds import row_of
from maillage.referrals.models import Referral, Situation
from maillage.referrals.states import (
    ACCESS_AFTER_CLOSURE,
    ENDED,
    HEARD,
    NOTED,
    STATES,
    TABLE,
    TALKING,
    Event,
    Shown,
    State,
    Transition,
    heard,
    transition,
    wordless,
)

SEND = "referral.send"
ANSWER = "referral.answer"
LEAD = "network.lead"
READ_OWN = "referral.read_own"
READ_ORGANIZATION = "referral.read_organization"
READ_ASSIGNED = "referral.assigned"
INSIDE = "referral.inside"
OVERRIDE = "referral.override"
READS = (READ_OWN, READ_ORGANIZATION, READ_ASSIGNED, ANSWER)

# What lets an identity pass from one organisation to another.
TRUSTED = frozenset({Event.SEND, Event.ACCEPT, Event.REDIRECT, Event.RELAY})
LANDLORD = "landlord"
MOVED = "Cette action n’est plus possible : l’orientation a changé d’étape."
NOT_AGREED = "La personne n’a encore rien accepté : rien de plus ne peut être écrit ni transmis d’elle."
UNVETTED = "Votre organisation doit d’abord être vérifiée par la plateforme."

ACTS = {Side.SENDER: SEND, Side.RECEIVER: ANSWER}


class Extent(Enum):
    NONE = 0
    MINE = 1
    KNOWN = 2  # as far as the organisation's need to know goes: `actor.reads`
    ALL = 3


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an actor sees: of what their organisation sent (`MINE`: sent by them), of what it received (`MINE`:
    assigned to them; `KNOWN`: to those whose work they read, or to nobody yet)."""

    sent: Extent
    received: Extent


@dataclass(frozen=True, slots=True)
class Sight:
    """Which parts of a visible referral an actor may read: the card, the sentence that it says in free words, the
    identity, the words of the two sides."""

    card: bool
    asked: bool
    identity: bool
    words: bool


def reach(actor: Actor) -> Reach:
    if actor.org_id is None or (actor.user_id is None and actor.only is None):
        return Reach(Extent.NONE, Extent.NONE)
    whole = actor.can(READ_ORGANIZATION)
    return Reach(
        sent=_extent(actor, whole, actor.can(READ_OWN)),
        received=_extent(actor, whole or actor.can(ANSWER), actor.can(READ_OWN) or actor.can(READ_ASSIGNED)),
    )


def only_entries(actor: Actor) -> bool:
    """Whether the actor answers for a landlord to those who are about to enter its housing, and to nobody else: who
    allots or evicts reads no support, nor how one ended."""
    return actor.org_kind == LANDLORD and actor.can(ANSWER) and not actor.can(READ_ORGANIZATION) and actor.only is None


def may_break_glass(actor: Actor) -> bool:
    """Whether the actor's roles reach what the organisation's need to know keeps from them."""
    return actor.user_id is not None and (actor.can(READ_ORGANIZATION) or actor.can(ANSWER))


def may_open_vaults(actor: Actor) -> bool:
    """A vault opens in somebody's browser: neither a key of an application nor a mailed link acts in what it cannot
    read."""
    return actor.channel not in (Channel.API, Channel.LINK)


def handed_to(actor: Actor, referral: Referral) -> bool:
    """Whether a colleague handed it over to this actor, or to their team. Who hands something to their own team stays
    the one who asks."""
    if actor.user_id is None or actor.user_id == referral.sender_user_id or not actor.can(INSIDE):
        return False
    if actor.org_id != referral.receiver_org_id or referral.sent_at is None:
        return False
    return row_of(referral).inside and (referral.to_user_id == actor.user_id or referral.to_team == actor.team)


def right_of(side: Side, referral: Referral) -> str:
    """The permission by which a side acts."""
    return INSIDE if side is Side.RECEIVER and row_of(referral).inside else ACTS[side]


def sees_outcome(actor: Actor, referral: Referral) -> bool:
    """Inside a house, how it ended is for those who follow its referrals: who lets dwellings, evicts or keeps accounts
    may hand something over and take something on, and reads states only."""
    return not row_of(referral).inside or actor.can(READ_ORGANIZATION)


def side_of(actor: Actor, referral: Referral, *, known: bool = False) -> Side | None:
    """On which side the actor sees this referral; None when it does not exist for them. `known`: it is within what they
    need to know, or theirs to take care of, which only a query can say."""
    far = reach(actor)
    if actor.only not in (None, referral.id):
        return None
    if handed_to(actor, referral):
        return Side.RECEIVER
    if actor.org_id == referral.sender_org_id:
        near = known or referral.sender_user_id == actor.user_id
        return Side.SENDER if far.sent is Extent.ALL or (far.sent is not Extent.NONE and near) else None
    if only_entries(actor) and referral.route != Route.ACCES:
        return None
    if actor.org_id == referral.receiver_org_id and referral.sent_at is not None and referral.reaches:
        return Side.RECEIVER if far.received is Extent.ALL or (far.received is not Extent.NONE and known) else None
    return None


def sight(side: Side, referral: Referral, now: datetime) -> Sight:
    """The sender sees what it sent. The receiver sees what the state opens, until its access ends. An identity is
    nowhere to be seen where nobody is named.

    Who relays reads the identity where it was received, as long as that is open, and not in what was passed on; nothing
    at all of what was sent by mistake, since the mistake may be that they received it.
    What a sender notes after a call opens nothing: a receiver reads an identity by its own answer.
    """
    names = row_of(referral).names
    if referral.relayed and State(referral.state) is State.ENTERED_IN_ERROR:
        return Sight(card=False, asked=False, identity=False, words=False)
    if side is Side.SENDER:
        return Sight(card=True, asked=True, identity=names and not referral.relayed, words=True)
    shown = STATES[State(referral.state)].shown
    open_now = referral.access_ends_at is None or now < referral.access_ends_at
    whole = shown is Shown.IDENTITY and open_now
    lately = referral.closed_at is None or now < referral.closed_at + ACCESS_AFTER_CLOSURE
    return Sight(
        card=shown is not Shown.NOTHING,
        asked=shown is not Shown.NOTHING and lately,
        identity=whole and names and not spoken_for(referral),
        words=whole or (shown is not Shown.NOTHING and State(referral.state) not in ENDED),
    )


def ensure_sends(actor: Actor) -> None:
    """Only a vetted organisation hands situations over."""
    if not actor.can(SEND):
        raise Forbidden()
    if not actor.org_vetted:
        raise Forbidden(UNVETTED)


def ensure_agreed(situation: Situation) -> None:
    """Nothing more is written of somebody who has agreed to nothing yet. Raises Conflict."""
    if situation.outreach_until is not None:
        raise Conflict(NOT_AGREED)


def decide(actor: Actor, side: Side | None, referral: Referral, event: Event) -> Transition:
    """The row of the table by which this actor may do this now. `side` is what `side_of` found."""
    if side is None:
        raise NotFound()
    noted = side is Side.SENDER and spoken_for(referral) and event in HEARD
    by = Side.RECEIVER if noted else side
    if not actor.can(right_of(side, referral)) or not any(row.event is event and row.by.covers(by) for row in TABLE):
        raise Forbidden()
    if event is Event.RELAY and actor.user_id is None:
        raise Forbidden("Pour passer le relais, créez d’abord le compte de votre organisation.")
    kind = row_of(referral)
    if event not in kind.events:
        raise Conflict(f"Cette action ne va pas avec ce qui a été envoyé ({label(kind.kind).lower()}).")
    row = transition(event, State(referral.state))
    if row is None or (row.asked is not None and row.asked != (referral.cancel_requested_at is not None)):
        raise Conflict(MOVED)
    if side is Side.RECEIVER and not _answers(referral, event):
        raise Conflict(MOVED)
    if event in TRUSTED and not actor.org_vetted:
        raise Forbidden(UNVETTED)
    row = row if kind.talks else wordless(row)
    return heard(row) if noted else row


def spoken_for(referral: Referral) -> bool:
    """Whether its sender notes what the receiver says on the phone, until the receiver answers itself."""
    return referral.voice in (Voice.NOTED, Voice.ALONE)


def _answers(referral: Referral, event: Event) -> bool:
    """Whether the receiver may do this beside what was noted for it: take that up first, or say that the person no
    longer agrees."""
    noted = spoken_for(referral) and State(referral.state) in NOTED
    return noted if event is Event.TAKE_UP else not noted or event is Event.WITHDRAW_CONSENT


def may(actor: Actor, side: Side | None, referral: Referral, event: Event) -> bool:
    try:
        decide(actor, side, referral, event)
    except (NotFound, Forbidden, Conflict):
        return False
    return True


def choices(actor: Actor, side: Side, referral: Referral) -> tuple[Event, ...]:
    """What this actor may do now, in the order of the table. Reading is no choice: it is noted by itself."""
    events = dict.fromkeys(row.event for row in TABLE if row.event is not Event.SEEN)
    return tuple(event for event in events if may(actor, side, referral, event))


def may_write(actor: Actor, side: Side, referral: Referral, now: datetime) -> bool:
    """Whether the actor may add to the thread: both sides, by name, while there is something to talk about."""
    talks = actor.user_id is not None and State(referral.state) in TALKING and sight(side, referral, now).words
    return talks and row_of(referral).talks and referral.reaches and actor.can(right_of(side, referral))


def may_give_back(actor: Actor, side: Side, referral: Referral, user_id: UUID) -> bool:
    """Whether the actor may give what `user_id` takes care of back to the team: whoever may entrust it, and they
    themselves, volunteers included."""
    own = side is Side.RECEIVER and actor.user_id == user_id and State(referral.state) not in ENDED
    return own or may_assign(actor, side, referral)


def may_assign(actor: Actor, side: Side, referral: Referral) -> bool:
    """Whether the actor may charge a colleague with it: a receiving organisation, while there is something to take
    care of. What was handed over inside a house has its person or its team."""
    outside = not row_of(referral).inside
    return side is Side.RECEIVER and outside and actor.can(ANSWER) and State(referral.state) not in ENDED


def _extent(actor: Actor, whole: bool, mine: bool) -> Extent:
    if whole:
        return Extent.ALL if actor.reads is Reads.ALL else Extent.KNOWN
    return Extent.MINE if mine else Extent.NONE
