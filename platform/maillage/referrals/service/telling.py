"""Telling people that something happened, after the commit that made it so. Run by jobs; running twice is harmless."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from maillage.accounts.queries import (
    active,
    holders,
    organization,
    recipients,
    recipients_for_users,
    stand_ins,
    who_reads,
)
from maillage.kernel import clock
from maillage.kernel.db import transaction
from maillage.notifications.service import post
from maillage.notifications.values import Notice, Recipient
from maillage.notifications.webhooks.service import announce
from maillage.referrals import notices, policy
from maillage.referrals.attachments.models import ReferralDocument
from maillage.referrals.codes import Route, Side
from maillage.referrals.handover.queries import takers
from maillage.referrals.household.queries import readers_of
from maillage.referrals.kinds import row_of
from maillage.referrals.ladder import Whom, wait_of
from maillage.referrals.links.notices import Occasion
from maillage.referrals.links.service.mailing import tell_mailbox
from maillage.referrals.models import Referral, ReferralAssignment, ReferralEvent, ReferralMessage
from maillage.referrals.queries.bars import barred_organizations, unbarred
from maillage.referrals.queries.sides import other
from maillage.referrals.states import ENDED, State

ADMINISTERS = "organization.administer"
Told = TypeVar("Told", ReferralEvent, ReferralMessage, ReferralDocument)


def tell_step(event_id: UUID) -> None:
    """Tell the sides that a step concerns."""
    with transaction() as session:
        found = _with_referral(session, ReferralEvent, event_id)
        if found is None:
            return
        referral, event = found
        _tell_programs(session, referral, event)
        cause = f"step:{event_id}"
        told = [p for side in notices.audience(referral, event) for p in _people(session, referral, side, cause)]
        if told:
            post(session, notice=notices.of_step(referral, event), recipients=told, dedup_key=cause)


def tell_message(message_id: UUID) -> None:
    """Tell the other side of the thread."""
    with transaction() as session:
        found = _with_referral(session, ReferralMessage, message_id)
        if found is None:
            return
        referral, message = found
        _tell(session, referral, other(Side(message.side)), notices.of_message, f"message:{message_id}")


def tell_document(document_id: UUID) -> None:
    """Tell the other side than the one that joined it, unless it was taken back meanwhile."""
    with transaction() as session:
        found = _with_referral(session, ReferralDocument, document_id)
        if found is None:
            return
        referral, document = found
        _tell(session, referral, other(Side(document.side)), notices.of_document, f"document:{document_id}")


def tell_assignment(referral_id: UUID, user_id: UUID) -> None:
    """Tell the person who was charged with a referral."""
    with transaction() as session:
        referral = session.get(Referral, referral_id)
        if referral is None or referral.erased_at is not None:
            return
        org_id = referral.receiver_org_id
        found = recipients_for_users(session, [user_id], org_id=org_id)
        both = _stood_in_for(session, org_id, found, partial(answering, session, referral))
        told = unbarred(session, referral.situation_id, both)
        key = f"assignment:{referral_id}:{user_id}"
        post(session, notice=notices.of_assignment(referral), recipients=told, dedup_key=key)


def tell_conflict(referral_id: UUID, side: Side, bar_id: UUID) -> None:
    """Tell the colleagues of somebody who stepped aside that one of them must take it up."""
    with transaction() as session:
        referral = session.get(Referral, referral_id)
        if referral is not None:
            _tell(session, referral, side, notices.of_conflict, f"conflict:{bar_id}")


def tell_given_back(referral_id: UUID, cause: str) -> None:
    """Tell the receiver's team that nobody takes care of it any more."""
    with transaction() as session:
        referral = session.get(Referral, referral_id)
        taken = select(exists().where(ReferralAssignment.referral_id == referral_id))
        if referral is None or State(referral.state) in ENDED or session.scalar(taken):
            return
        _tell(session, referral, Side.RECEIVER, notices.of_conflict, f"given_back:{cause}")


def tell_reminder(referral_id: UUID, wait: str, told: Sequence[Whom], cause: str) -> None:
    """Remind those whom a rung tells, unless what it waits for came meanwhile."""
    with transaction() as session:
        referral = session.get(Referral, referral_id)
        if referral is None or referral.erased_at is not None or wait_of(referral) != wait:
            return
        for whom in told:
            if whom is Whom.LEAD:
                _tell_leads(session, referral)
                continue
            people = _reminded(session, referral, whom, cause)
            post(session, notice=notices.of_reminder(referral, whom), recipients=people, dedup_key=f"{cause}:{whom}")


def tell_reveals(org_id: UUID, alert: str) -> None:
    """Tell an organisation's administrators that one of its people opens many identities."""
    with transaction() as session:
        told = recipients(session, org_id, ADMINISTERS)
        post(session, notice=notices.of_reveals(), recipients=told, dedup_key=f"reveals:{alert}")


def _with_referral(session: Session, model: type[Told], row_id: UUID) -> tuple[Referral, Told] | None:
    """What there is to tell, with its referral; nothing once that is erased."""
    found = session.execute(
        select(Referral, model)
        .join(model, model.referral_id == Referral.id)
        .where(model.id == row_id, Referral.erased_at.is_(None))
    ).one_or_none()
    return (found[0], found[1]) if found is not None else None


def _tell(session: Session, referral: Referral, side: Side, word: Callable[[Referral], Notice], cause: str) -> None:
    told = _people(session, referral, side, cause)
    post(session, notice=word(referral), recipients=told, dedup_key=cause)


def _tell_programs(session: Session, referral: Referral, event: ReferralEvent) -> None:
    """The programs of both sides, that only learn an id and a state; never of what is kept from some of a house."""
    of_side = {Side.SENDER: referral.sender_org_id, Side.RECEIVER: referral.receiver_org_id}
    barred = barred_organizations(session, referral.situation_id)
    told = [of_side[side] for side in notices.sides(referral, event) if of_side[side] not in barred]
    apart = readers_of(session, [referral.situation_id])
    announce(
        session,
        org_ids=[] if apart else active(session, told),
        kind=f"referral.{event.to_state}",
        cause=event.id,
        about=referral.id,
        state=event.to_state,
        version=event.seq,
    )


def _tell_leads(session: Session, referral: Referral) -> None:
    """Those who call partners, once a day however many let things wait. A house is not called by its network."""
    if row_of(referral).inside:
        return
    partner = organization(session, referral.receiver_org_id)
    country = partner.country if partner is not None else "FR"
    key = f"basket:{country}:{clock.today(country)}"
    post(session, notice=notices.of_call(), recipients=holders(session, policy.LEAD, country), dedup_key=key)


def _reminded(session: Session, referral: Referral, whom: Whom, cause: str) -> Sequence[Recipient]:
    """The sender, or the receiver: its mailbox where it answers from there. A second contact is who administers it, and
    those who let it lie where there is nobody else."""
    if whom is Whom.SENDER:
        return _people(session, referral, Side.SENDER, cause)
    answering = _people(session, referral, Side.RECEIVER, cause, Occasion.REMINDER)
    if whom is Whom.RECEIVER or not answering or row_of(referral).inside:
        return answering
    heads = recipients(session, referral.receiver_org_id, ADMINISTERS)
    return unbarred(session, referral.situation_id, heads) or answering


def _people(
    session: Session, referral: Referral, side: Side, cause: str, occasion: Occasion = Occasion.NEWS
) -> Sequence[Recipient]:
    """At the receiver, its shared inbox: nobody is named where its mailbox gets a link instead; inside a house, whom it
    was handed to. At the sender, who sent it; those who follow for the house once they left.

    Of a situation that is kept apart, only its readers are told; who is barred from it, never.
    """
    situation_id = referral.situation_id
    if side is Side.RECEIVER and row_of(referral).inside:
        return unbarred(session, situation_id, takers(session, referral))
    if side is Side.RECEIVER:
        shut = referral.receiver_org_id in barred_organizations(session, situation_id)
        if shut or tell_mailbox(session, referral, cause, occasion):
            return []
        people = _near(session, referral, answering(session, referral))
        return unbarred(session, situation_id, people)
    house = partial(recipients, session, referral.sender_org_id, policy.READ_ORGANIZATION)
    apart = readers_of(session, [situation_id], org_id=referral.sender_org_id)
    found = recipients_for_users(session, apart or [referral.sender_user_id], org_id=referral.sender_org_id)
    if not apart:
        found = _stood_in_for(session, referral.sender_org_id, found, house)
    sender = unbarred(session, situation_id, found)
    return sender if apart or sender else unbarred(session, situation_id, house())


def answering(session: Session, referral: Referral) -> Sequence[Recipient]:
    """Who answers this one at its receiver: those of a landlord who answer to people that enter, to them alone."""
    found = recipients(session, referral.receiver_org_id, policy.ANSWER)
    if referral.route == Route.ACCES or not any(it.user_id for it in found):
        return found
    house = {it.user_id for it in recipients(session, referral.receiver_org_id, policy.READ_ORGANIZATION)}
    return [it for it in found if it.user_id in house]


def _stood_in_for(
    session: Session, org_id: UUID, people: list[Recipient], readers: Callable[[], Sequence[Recipient]]
) -> list[Recipient]:
    """These people, and who stands in for those who are away, as far as they are among `readers`."""
    standing_in = stand_ins(session, org_id, [one.user_id for one in people if one.user_id])
    standing_in -= {one.user_id for one in people if one.user_id}
    if not standing_in:
        return people
    return [*people, *(one for one in readers() if one.user_id in standing_in)]


def _near(session: Session, referral: Referral, people: Sequence[Recipient]) -> Sequence[Recipient]:
    """Those who need to know: everybody at the receiver until somebody takes care of it."""
    org_id = referral.receiver_org_id
    assigned = session.scalars(
        select(ReferralAssignment.user_id).where(
            ReferralAssignment.referral_id == referral.id, ReferralAssignment.org_id == org_id
        )
    ).all()
    readers = who_reads(session, org_id, assigned) if assigned else None
    return people if readers is None else [it for it in people if it.user_id in readers]
