"""Bodies and answers of the JSON API, beyond the values of `content`."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from maillage.referrals.codes import (
    Basis,
    Kind,
    RevealReason,
    SharingLevel,
    Side,
    SituationStatus,
    Urgency,
    Voice,
    Way,
)
from maillage.referrals.consent.content import Ground
from maillage.referrals.content import Call, Card, Details, Identity, Line, Terms, Text
from maillage.referrals.queries import Dates, Hop, Party, ReferralLine, TimelineEntry
from maillage.referrals.states import Event, Fhir, State
from maillage.web.api import Body


def _split(given: object) -> object:
    """`state=sent&state=seen` and `state=sent,seen` mean the same."""
    if isinstance(given, list):
        return [part for text in given for part in str(text).split(",") if part]
    return given


DECIDED: Final[dict[Any, dict[str, str]]] = {
    Kind.ADVICE: {"sharing_level": SharingLevel.MINIMAL, "basis": Basis.ANONYMOUS},
    Kind.INTERNAL: {"basis": Basis.SAME_CONTROLLER},
}
"""What a kind of handoff leaves nobody to choose."""


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ReferralsIn(Terms):
    """With `kind` "advice", only `question`, `urgency` and `deadline` are left to decide: nobody is named. With
    "internal", `to_user_id` or `to_team` stands for the services, and `question` says what is asked. With `call`, it
    was made by phone to one service, which need not be reachable here."""

    kind: Kind = Kind.REFERRAL
    question: Text = ""
    situation_id: UUID
    service_ids: tuple[UUID, ...] = ()
    to_user_id: UUID | None = None
    to_team: Line | None = None
    draft: bool = False
    answers: dict[UUID, dict[str, str]] = {}
    ground: Ground = Ground()
    call: Call | None = None

    @model_validator(mode="before")
    @classmethod
    def _decided(cls, given: Any) -> Any:
        fixed = DECIDED.get(given.get("kind"), {}) if isinstance(given, dict) else {}
        return given | fixed if fixed else given

    def terms(self) -> Terms:
        return Terms(**{name: getattr(self, name) for name in self.model_fields_set & set(Terms.model_fields)})


class EventIn(Details):
    event: Event
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None

    def details(self) -> Details:
        return Details(**{name: getattr(self, name) for name in self.model_fields_set & set(Details.model_fields)})


class MessageIn(Body):
    text: Text


class BarIn(Body):
    """Whom to keep out: the id of a person or of an organisation."""

    who: UUID
    reason: Line


class BarOut(Out):
    id: UUID


class OpposedIn(Body):
    """Somebody opposed to the person, by full name. `followed_by`: which colleague alone follows them, where the
    organisation does; `reference`: of their situation, if they have one."""

    name: Line
    followed_by: UUID | None = None
    reference: Line = ""


class OpposedLine(Out):
    """`apart`: a colleague follows them. `met`: the organisation follows somebody of that name, undecided yet."""

    name: str
    apart: bool
    met: bool


class OpposedOut(Out):
    opposed: list[OpposedLine]


class StepAsideIn(Body):
    reason: Line = ""


class RevealQuery(Body):
    """Why the identity is read, where it may be."""

    reason: RevealReason = RevealReason.CONTACT


class ListQuery(Body):
    box: Literal["sent", "received"] = "received"
    state: Annotated[list[State], BeforeValidator(_split)] = []
    service_id: UUID | None = None
    urgency: Urgency | None = None
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 25


class SimilarOut(Out):
    """A situation of the same organisation about somebody like this; unnamed where a colleague follows it."""

    situation_id: UUID | None
    reference: str | None


class ColleagueOut(Out):
    user_id: UUID
    name: str
    job_title: str | None
    team: str | None


class AddresseesOut(Out):
    """To whom a situation may be handed over inside the house."""

    people: list[ColleagueOut]
    teams: list[str]


class SituationOut(Out):
    id: UUID
    reference: str
    status: SituationStatus
    version: int
    similar: list[SimilarOut]


class StandingOut(Out):
    """`conflict`: at whoever it goes to, somebody bears a name that is kept out of the situation, or is kept out by
    person; they will read nothing of it. Null: not compared, it was asked too often within the hour."""

    id: UUID
    reference: str
    state: State
    version: int
    conflict: bool | None = False


class ReferralsOut(Out):
    """`warnings`: what the legal frame asks for beyond what this API does, by field."""

    referrals: list[StandingOut]
    warnings: dict[str, str]


class LinesOut(Out):
    referrals: list[ReferralLine]
    next: str | None


class HistoryOut(Out):
    events: list[TimelineEntry]


class MessageOut(Out):
    id: UUID
    at: datetime
    side: Side
    org_name: str
    user_name: str
    text: str


class MessagesOut(Out):
    messages: list[MessageOut]


class WrittenOut(Out):
    id: UUID


class ReferralOut(Out):
    id: UUID
    kind: Kind
    channel: Way
    voice: Voice
    situation_id: UUID | None
    reference: str
    version: int
    side: Side
    state: State
    status: Fhir
    acts: Side | None
    choices: list[Event]
    service_id: UUID | None
    service_name: str
    sender: Party
    receiver: Party
    terms: Terms
    dates: Dates
    card: Card | None
    contact: str
    estimate: str
    decline_reason: str | None
    outcome: str | None
    intensity: str | None
    came_from: UUID | None
    chain: list[Hop]
    identity: Identity | None = None
