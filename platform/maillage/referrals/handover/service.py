"""Handing a situation over to a colleague or a team. Nothing leaves the house, so nobody's agreement is asked for;
what goes along is cut, sealed, journalled and lapses as it would on its way to a partner."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from textwrap import shorten
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Invalid
from maillage.kernel.idempotency import IdempotencyKey
from maillage.kernel.ids import new_id
from maillage.referrals import policy
from maillage.referrals.checks import NAMED, seems_to_name
from maillage.referrals.codes import AgeBand, Basis, HouseholdType, Kind, SharingLevel, Side, Urgency
from maillage.referrals.content import Card, Terms, cut
from maillage.referrals.handover.queries import addressees
from maillage.referrals.service.advising import checked_question
from maillage.referrals.service.moving import Standing, once, record, standing
from maillage.referrals.service.sending import (
    Contents,
    Parcel,
    card_of,
    ensure_complete,
    let_go,
    open_parcel,
    party,
    unsent,
    way_of,
)

UNKNOWN = "Choisissez un collègue ou une équipe de votre organisation."
LINE = 200
_STANDING = TypeAdapter(Standing)


@dataclass(frozen=True, slots=True)
class To:
    """One colleague, or one team by its name."""

    user_id: UUID | None = None
    team: str | None = None


def hand_over(
    actor: Actor,
    *,
    situation_id: UUID,
    to: To,
    question: str,
    sharing_level: SharingLevel,
    urgency: Urgency = Urgency.NORMAL,
    deadline: date | None = None,
    idempotency: IdempotencyKey | None = None,
) -> Standing:
    """Ask a colleague or a team, in one commit. Raises Invalid: nobody who may take it on, words that name the person,
    a situation that lacks something."""
    policy.ensure_sends(actor)
    question = checked_question(question, missing="Dites ce que vous demandez.")
    terms = Terms(sharing_level=sharing_level, basis=Basis.SAME_CONTROLLER, urgency=urgency, deadline=deadline)
    with transaction() as session:
        return once(session, idempotency, _STANDING, lambda: _hand(session, actor, situation_id, to, question, terms))


def _hand(session: Session, actor: Actor, situation_id: UUID, to: To, question: str, terms: Terms) -> Standing:
    assert actor.org_id is not None and actor.user_id is not None
    parcel = open_parcel(session, actor, situation_id)
    _check(session, actor, parcel, to, question)
    referral = unsent(
        terms,
        sender=(actor.org_id, actor.user_id),
        kind=Kind.INTERNAL,
        channel=way_of(actor),
        receiver_org_id=actor.org_id,
        to_user_id=to.user_id,
        to_team=to.team,
        situation_id=parcel.situation.id,
        reference=parcel.situation.reference,
        themes=parcel.situation.themes,
        batch_id=new_id(),
    )
    asked = shorten(question, LINE, placeholder="…")
    card = told(card_of(parcel.situation, parcel.content, terms), asked, terms.sharing_level)
    contents = Contents(card, partial(cut, parcel.content), words={"question": question}, whole=parcel.whole)
    made = let_go(session, actor, referral, contents)
    session.add_all(party(referral, side) for side in Side)
    record(session, [made])
    return standing(referral)


def told(card: Card, asked: str, level: SharingLevel) -> Card:
    """What a colleague reads before accepting: what is asked of them, not what is asked of partners. A caretaker who is
    to look at a door need not know that somebody is in debt: at the lowest level the need is not told."""
    if level is not SharingLevel.MINIMAL:
        return card.model_copy(update={"asked": asked})
    nothing = {"themes": (), "age_band": AgeBand.UNKNOWN, "household": HouseholdType.UNKNOWN}
    return card.model_copy(update={"asked": asked, **nothing})


def _check(session: Session, actor: Actor, parcel: Parcel, to: To, question: str) -> None:
    open_to = addressees(session, actor, parcel.situation)
    person = to.team is None and to.user_id in {one.user_id for one in open_to.people}
    team = to.user_id is None and to.team in open_to.teams
    if not (person or team):
        raise Invalid(fields={"to": UNKNOWN})
    ensure_complete(parcel, Kind.INTERNAL)
    if seems_to_name(question, parcel.content.person):
        raise Invalid(fields={"question": NAMED})
