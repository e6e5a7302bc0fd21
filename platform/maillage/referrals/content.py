"""What a situation and a handoff say, as values: what is typed, what is sealed, what each side gets to read."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from maillage.referrals.codes import (
    AgeBand,
    Agreed,
    Basis,
    ContactChannel,
    HouseholdType,
    Intensity,
    Meeting,
    Mode,
    Outcome,
    Route,
    SharingLevel,
    Urgency,
)

Day = date  # `Details` has a field called `date`
Line = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=4000)]
MOST_OPPOSED = 10


class Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Person(Value):
    first_name: Line = ""
    last_name: Line = ""
    birth_date: date | None = None
    phone: Line = ""
    email: Line = ""
    address: Line = ""


class SafeContact(Value):
    """How the person may be reached without danger. `allowed` false means never, by nobody but the sender."""

    allowed: bool = True
    channels: tuple[ContactChannel, ...] = ()
    hours: Line = ""
    words: Line = ""

    def opens(self, *channels: ContactChannel) -> bool:
        """Whether the person may be reached in one of these ways. Where none is named, none is forbidden."""
        return self.allowed and (not self.channels or not set(channels).isdisjoint(self.channels))


class Content(Value):
    """What is sealed of a situation. `asked` is written for the card; `need` is read only once accepted; `opposed` are
    full names of who must know nothing, and never leaves."""

    asked: Line = ""
    need: Text = ""
    person: Person = Person()
    safe_contact: SafeContact = SafeContact()
    opposed: Annotated[tuple[Line, ...], Field(max_length=MOST_OPPOSED)] = ()


class SituationInput(Content):
    """A situation as it is typed, in one go or step by step: only the fields that were set count."""

    route: Route | None = None
    commune: Line = ""
    age_band: AgeBand | None = None
    household: HouseholdType | None = None
    themes: tuple[str, ...] = ()


class Card(Value):
    """The minimum that a receiver decides on. Nothing here says who the person is.

    Where the commune is so small that it would, `area` says which larger one ("epci:…") and the commune stays untold.
    """

    route: Route | None = None
    themes: tuple[str, ...]
    commune_code: str = ""
    area: str = ""
    age_band: AgeBand
    household: HouseholdType
    urgency: Urgency
    asked: str

    @property
    def place(self) -> str:
        """Kind and code of the place that is told."""
        return self.area or f"commune:{self.commune_code}"


class Identity(Value):
    """What the receiver reads once it has accepted: a copy made at sending, cut to the sharing level."""

    level: SharingLevel
    person: Person
    safe_contact: SafeContact
    need: str = ""


class Consent(Value):
    informed_on: date | None = None
    given_on: date | None = None
    expires_on: date | None = None
    language: Annotated[str, StringConstraints(max_length=8)] = "fr"


class Terms(Value):
    """Under which conditions a situation is handed over."""

    mode: Mode = Mode.EACH_MAY_ACT
    sharing_level: SharingLevel
    urgency: Urgency = Urgency.NORMAL
    deadline: date | None = None
    basis: Basis
    consent: Consent = Consent()


class Plan(Value):
    """An orientation that is being prepared: partners and conditions, as far as they were decided."""

    service_ids: tuple[UUID, ...] = ()
    mode: Mode = Mode.EACH_MAY_ACT
    sharing_level: SharingLevel | None = None
    urgency: Urgency = Urgency.NORMAL
    deadline: date | None = None


class Sealed(Content):
    """The content with the orientation that is being prepared: sealed together."""

    plan: Plan = Plan()


class StepInput(SituationInput):
    """One step of the pages that prepare an orientation."""

    plan: Plan = Plan()


class Details(Value):
    """What comes with an event; `states.TABLE` says which event needs or takes what. `answers`: to what the next
    service asks for, by its words. `called_at`: the sender notes it after a call."""

    contact: Line = ""
    date: Day | None = None
    estimate: Annotated[Line, BeforeValidator(lambda given: str(given) if isinstance(given, int) else given)] = ""
    question: Text = ""
    answer: Text = ""
    reason: Line = ""
    note: Text = ""
    review_on: Day | None = None
    outcome: Outcome | None = None
    intensity: Intensity | None = None
    meeting: Meeting | None = None
    next_on: Day | None = None
    service_id: UUID | None = None
    consent: Consent | None = None
    answers: dict[str, str] = {}
    sharing_level: SharingLevel | None = None
    called_at: AwareDatetime | None = None
    spoken_to: Line = ""


class Call(Details):
    """A referral made by phone: how the call ended, with the details that go with that."""

    agreed: Agreed

    def details(self) -> Details:
        return Details(**{name: getattr(self, name) for name in self.model_fields_set & set(Details.model_fields)})


def cut(content: Content, level: SharingLevel) -> Identity:
    """The identity that a sharing level lets through. No way of contact goes along that is not safe."""
    person, safe = content.person, content.safe_contact
    shared = {"first_name"}
    if level is not SharingLevel.MINIMAL:
        shared |= {"last_name", "birth_date"} | (
            {"phone"} if safe.opens(ContactChannel.PHONE, ContactChannel.SMS) else set()
        )
    if level is SharingLevel.FULL and safe.allowed:
        shared |= {"address"} | ({"email"} if safe.opens(ContactChannel.EMAIL) else set())
    return Identity(
        level=level,
        person=Person(**person.model_dump(include=shared)),
        safe_contact=safe,
        need="" if level is SharingLevel.MINIMAL else content.need,
    )


def narrowed(identity: Identity, level: SharingLevel) -> Identity:
    """The same identity passed on at a level that lets no more through."""
    return cut(Content(need=identity.need, person=identity.person, safe_contact=identity.safe_contact), level)
