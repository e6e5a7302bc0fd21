"""What reads give back: values that a page or the API can show as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from maillage.referrals.codes import AgeBand, HouseholdType, Kind, Route, Side, SituationStatus, Urgency, Voice, Way
from maillage.referrals.content import Card, Sealed, Terms
from maillage.referrals.states import Event, Fhir, State


@dataclass(frozen=True, slots=True)
class Party:
    """One side: an organisation by its name; inside a house, a person or a team by theirs."""

    org_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class ReferralLine:
    """One line of a list. `todo`: it is for this very actor to act now."""

    id: UUID
    kind: Kind
    channel: Way
    voice: Voice
    reference: str
    side: Side
    state: State
    version: int
    service_id: UUID | None
    service_name: str
    partner: Party
    urgency: Urgency
    card: Card | None
    since: datetime
    sent_at: datetime | None
    next_on: date | None
    todo: bool
    in_vault: bool
    cancel_requested: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What waits for the actor to act, how many notices are unread; whether mails wait for their server, and jobs for
    somebody who runs them."""

    todo: int = 0
    unread: int = 0
    mails_wait: bool = False
    jobs_wait: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A situation that is being written, or whose referrals are prepared and not sent."""

    id: UUID
    reference: str
    route: Route | None
    themes: tuple[str, ...]
    commune_code: str | None
    status: SituationStatus
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Work:
    """A worker's day: what waits for them, what waits for others, what ended lately, what is still being written."""

    to_act: tuple[ReferralLine, ...]
    waiting: tuple[ReferralLine, ...]
    closed: tuple[ReferralLine, ...]
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One step. `facts` are codes and ISO dates; `words` is empty for who may not read them."""

    seq: int
    at: datetime
    event: Event
    from_state: State
    to_state: State
    side: Side | None
    org_name: str
    user_name: str
    facts: Mapping[str, str]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MessageLine:
    id: UUID
    at: datetime
    side: Side
    org_name: str
    user_id: UUID
    user_name: str
    text: str


@dataclass(frozen=True, slots=True)
class Reveal:
    """Who read the identity, and when."""

    at: datetime
    side: Side | None
    user_name: str


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another receiver of the same sending; only the sender knows of it."""

    id: UUID
    service_name: str
    org_name: str
    state: State


@dataclass(frozen=True, slots=True)
class Hop:
    """What came of a referral: where it went on to. `opens`: the reader has a part in it and may open it."""

    id: UUID
    service_name: str
    org_name: str
    state: State
    outcome: str | None
    relayed: bool
    opens: bool


@dataclass(frozen=True, slots=True)
class Dates:
    """The referral's dates, under the names of its columns: moments end in `_at`, days in `_on`."""

    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None
    seen_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    rectified_at: datetime | None
    access_ends_at: datetime | None
    cancel_requested_at: datetime | None
    contact_on: date | None
    review_on: date | None
    first_contact_on: date | None
    meeting_on: date | None
    expires_on: date | None
    remind_on: date | None
    held_until: date | None


@dataclass(frozen=True, slots=True)
class ReferralView:
    """A referral as one actor may see it now. `choices` are the events open to them; `acts` is who is to act next.

    The identity is not here: `service.reveal` gives it, and notes that it was asked for.
    """

    id: UUID
    kind: Kind
    channel: Way
    voice: Voice
    in_vault: bool
    situation_id: UUID | None
    reference: str
    version: int
    side: Side
    state: State
    status: Fhir
    acts: Side | None
    choices: tuple[Event, ...]
    may_write: bool
    may_assign: bool
    may_reveal: bool
    late: bool
    service_id: UUID | None
    service_name: str
    sender: Party
    sender_user: str
    receiver: Party
    terms: Terms
    dates: Dates
    card: Card | None
    contact: str
    estimate: str
    decline_reason: str | None
    outcome: str | None
    intensity: str | None
    assigned_to: Mapping[UUID, str]
    timeline: tuple[TimelineEntry, ...]
    messages: tuple[MessageLine, ...]
    reveals: tuple[Reveal, ...]
    siblings: tuple[Sibling, ...]
    came_from: UUID | None
    chain: tuple[Hop, ...]

    @property
    def noting(self) -> bool:
        """Whether the reader notes the answers that the receiver gives on the phone."""
        return self.side is Side.SENDER and self.voice is not Voice.OWN


@dataclass(frozen=True, slots=True)
class SituationView:
    """A situation as its own organisation sees it. `missing` says, by field, what sending still needs."""

    id: UUID
    reference: str
    in_vault: bool
    version: int
    status: SituationStatus
    route: Route | None
    commune_code: str | None
    age_band: AgeBand | None
    household: HouseholdType | None
    themes: tuple[str, ...]
    content: Sealed
    missing: Mapping[str, str]
    updated_at: datetime
    outreach_until: date | None
    prepared: tuple[ReferralLine, ...]
    sent: tuple[ReferralLine, ...]
