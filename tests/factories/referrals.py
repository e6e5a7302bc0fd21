"""A landlord, two associations, and situations handed over between them, through the verbs themselves."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from factories.accounts import actor_of, make_organization, make_user
from factories.directory import make_service
from maillage.accounts.models import Organization, User
from maillage.directory.models import Service
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import session
from maillage.referrals import service
from maillage.referrals.content import Details, SituationInput, Terms
from maillage.referrals.models import Referral
from maillage.referrals.service import Standing
from maillage.referrals.states import Event, State

FIRST_NAME, LAST_NAME, PHONE, STREET = "Odile", "Vandermersch", "06 39 98 11 22", "7 rue des Glycines"
ASKED = "Des visites à domicile et un lien avec le médecin."
NEED = "Ne sort plus depuis la chute de novembre ; voisine inquiète, volets clos."
SECRETS = (FIRST_NAME, LAST_NAME, PHONE, STREET, ASKED, NEED)
NEED_STEP: dict[str, Any] = {
    "route": "maintien",
    "themes": ["elderly-isolation"],
    "commune": "Béthune",
    "age_band": "75_plus",
    "household": "alone",
    "asked": ASKED,
    "need": NEED,
    "urgency": "normal",
}
"""What is posted to the first of the four steps."""


@dataclass(frozen=True)
class Side:
    """One organisation with somebody who acts for it."""

    org: Organization
    user: User
    actor: Actor

    def colleague(self, *roles: str) -> Actor:
        return actor_of(make_user(self.org, roles), self.org)


@dataclass(frozen=True)
class Town:
    """Who takes part in the stories: a landlord, two associations with a service each, and somebody else's."""

    landlord: Side
    association: Side
    other_association: Side
    stranger: Side
    service: Service
    other_service: Service


def make_side(kind: str, *roles: str, **overrides: Any) -> Side:
    org = make_organization(kind=kind, **overrides)
    user = make_user(org, roles)
    return Side(org, user, actor_of(user, org))


def make_town() -> Town:
    association, other = make_side("association", "intake"), make_side("association", "intake")
    return Town(
        landlord=make_side("landlord", "referent"),
        association=association,
        other_association=other,
        stranger=make_side("association", "intake"),
        service=make_service(association.org),
        other_service=make_service(other.org),
    )


def situation_input(**overrides: Any) -> SituationInput:
    """A complete situation of an elderly person in Béthune."""
    values: dict[str, Any] = {
        "route": "maintien",
        "commune": "62119",
        "age_band": "75_plus",
        "household": "alone",
        "themes": ["elderly-isolation"],
        "asked": ASKED,
        "need": NEED,
        "person": {"first_name": FIRST_NAME, "last_name": LAST_NAME, "phone": PHONE, "address": STREET},
        "safe_contact": {"channels": ["phone"], "hours": "le matin", "words": "De la part du bailleur."},
    }
    return SituationInput.model_validate(values | overrides)


def terms(**overrides: Any) -> Terms:
    today = clock.today().isoformat()
    values: dict[str, Any] = {
        "sharing_level": "full",
        "basis": "consent",
        "consent": {"informed_on": today, "given_on": today, "language": "fr"},
    }
    return Terms.model_validate(values | overrides)


def make_situation(actor: Actor, **overrides: Any) -> UUID:
    return service.create_situation(actor, given=situation_input(**overrides)).id


def send(town: Town, *services: Service, draft: bool = False, **overrides: Any) -> list[Standing]:
    """A new situation of the landlord's, sent to these services (the association's unless named)."""
    return service.refer(
        town.landlord.actor,
        situation_id=make_situation(town.landlord.actor),
        service_ids=[found.id for found in services or (town.service,)],
        terms=terms(**overrides),
        draft=draft,
    )


def make_referral(town: Town, state: State = State.SENT, **overrides: Any) -> UUID:
    """A referral brought to `state` the way people would bring it there."""
    if state is State.DRAFT:
        return send(town, draft=True, **overrides)[0].id
    referral_id = send(town, **overrides)[0].id
    for event in PATHS[state]:
        do(town, referral_id, event)
    return referral_id


def do(town: Town, referral_id: UUID, event: Event, **given: Any) -> Standing:
    """Make an event happen, by whose event it is, with details that suffice."""
    actor = town.landlord.actor if event in SENDERS else town.association.actor
    details = Details.model_validate(details_of(town, event) | given)
    return service.act(actor, referral_id=referral_id, event=event, details=details)


def details_of(town: Town, event: Event) -> dict[str, Any]:
    """Details that suffice for an event; what goes on goes on to the other association."""
    further = {"service_id": town.other_service.id} if event in (Event.REDIRECT, Event.RELAY) else {}
    return DETAILS.get(event, {}) | further | ({"consent": consent()} if event is Event.RELAY else {})


def consent() -> dict[str, str]:
    """Given today."""
    return {"informed_on": clock.today().isoformat(), "given_on": clock.today().isoformat()}


def stored(referral_id: UUID) -> Referral:
    """The row as it is in the database now."""
    row = session().get(Referral, referral_id, populate_existing=True)
    assert row is not None
    return row


SENDERS = {Event.SEND, Event.ANSWER_INFO, Event.CANCEL, Event.ENTERED_IN_ERROR}
DETAILS: dict[Event, dict[str, Any]] = {
    Event.ASK_INFO: {"question": "Voit-elle un médecin ?"},
    Event.ANSWER_INFO: {"answer": "Oui, le docteur du quartier."},
    Event.ACCEPT: {"contact": "Samira, équipe mobile", "estimate": "sous huit jours"},
    Event.WAITLIST: {"estimate": "trois semaines", "review_on": "2999-01-01"},
    Event.DECLINE: {"reason": "no_capacity"},
    Event.APPOINTMENT: {"meeting": "missed", "date": "2026-01-05"},
    Event.COMPLETE: {"outcome": "covered"},
    Event.CANCEL: {"reason": "La famille s’en occupe."},
}
PATHS: dict[State, tuple[Event, ...]] = {
    State.SENT: (),
    State.SEEN: (Event.SEEN,),
    State.INFO_REQUESTED: (Event.ASK_INFO,),
    State.ACCEPTED: (Event.ACCEPT,),
    State.WAITLISTED: (Event.WAITLIST,),
    State.DECLINED: (Event.DECLINE,),
    State.REDIRECTED: (Event.REDIRECT,),
    State.IN_PROGRESS: (Event.ACCEPT, Event.START),
    State.RELAYED: (Event.ACCEPT, Event.RELAY),
    State.COMPLETED: (Event.ACCEPT, Event.START, Event.COMPLETE),
    State.CANCELLED: (Event.CANCEL,),
    State.ENTERED_IN_ERROR: (Event.ENTERED_IN_ERROR,),
}
