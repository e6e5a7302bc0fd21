"""Opening what is outside one's need to know: with a reason, for a day, told to those in charge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.queries import recipients, recipients_for_users
from maillage.kernel import audit, clock, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Forbidden, Invalid
from maillage.kernel.ids import new_id
from maillage.notifications.service import post
from maillage.referrals import policy, sealing
from maillage.referrals.checks import check_text, seems_to_name
from maillage.referrals.codes import Side
from maillage.referrals.content import Person
from maillage.referrals.glass import notices
from maillage.referrals.glass.models import GlassBreak
from maillage.referrals.models import Referral, ReferralAssignment, ReferralParty, Situation
from maillage.referrals.queries import visible, visible_situations
from maillage.referrals.queries.bars import unbarred
from maillage.referrals.queries.scope import existing_situations, within_reach
from maillage.referrals.screening import points_to_somebody
from maillage.referrals.service.telling import ADMINISTERS

LASTS = timedelta(hours=24)
SHORTEST, LONGEST = 10, 300
NAMED = "Ce motif reste en clair au journal : retirez le nom, le téléphone ou l’adresse e-mail de la personne."
UNKNOWN = "Aucune orientation de votre organisation que vous puissiez ouvrir ne porte cette référence."


@dataclass(frozen=True, slots=True)
class Found:
    """What a reference leads to: a situation that the organisation wrote, or a referral that it received."""

    situation_id: UUID
    referral_id: UUID | None
    known: bool


def break_glass(actor: Actor, *, reference: str, reason: str) -> Found:
    """Open what bears this reference in the actor's organisation, for a day. What they may read anyway is only found.
    Raises Forbidden, and Invalid for a reference that leads nowhere, to a bar or to somebody kept apart."""
    if not policy.may_break_glass(actor):
        raise Forbidden()
    reason = _checked(reason)
    with transaction() as session:
        found = _find(session, actor, reference.strip().upper())
        if found is None:
            raise Invalid(fields={"reference": UNKNOWN})
        if not found.known:
            _ensure_unnamed(session, found, reason)
            _open(session, actor, found, reason)
        return found


def tell_broken(glass_id: UUID) -> None:
    """Tell who is in charge of it, and the organisation's administrators."""
    with transaction() as session:
        glass = session.get(GlassBreak, glass_id)
        if glass is None:
            return
        people = recipients_for_users(session, _in_charge(session, glass) - {glass.user_id}, org_id=glass.org_id)
        told = unbarred(session, glass.situation_id, people)
        post(session, notice=notices.of_opening(glass), recipients=told, dedup_key=f"glass:{glass.id}")
        chiefs = recipients(session, glass.org_id, ADMINISTERS)
        post(session, notice=notices.for_administrators(), recipients=chiefs, dedup_key=f"glass:{glass.id}:journal")


def _checked(reason: str) -> str:
    reason = " ".join(reason.split())
    if not SHORTEST <= len(reason) <= LONGEST:
        words = f"{LONGEST} caractères au plus." if len(reason) > LONGEST else "Dites en quelques mots pourquoi."
        raise Invalid(fields={"reason": words})
    check_text(reason, field="reason")
    if points_to_somebody(reason):
        raise Invalid(fields={"reason": NAMED})
    return reason


def _ensure_unnamed(session: Session, found: Found, reason: str) -> None:
    """The reason is kept in clear: it may not say whose file it opens. Raises Invalid."""
    if seems_to_name(reason, _person(session, found)):
        raise Invalid(fields={"reason": NAMED})


def _person(session: Session, found: Found) -> Person:
    """As far as the organisation may read it: before acceptance, a refusal would tell that a guess is right."""
    if found.referral_id is None:
        situation = session.get_one(Situation, found.situation_id)
        return sealing.open_content(sealing.situation_key(session, situation.id), situation).person
    referral = session.get_one(Referral, found.referral_id)
    if not policy.sight(Side.RECEIVER, referral, clock.now()).identity:
        return Person()
    identity = sealing.open_identity(sealing.referral_key(session, referral.id), referral)
    return identity.person if identity is not None else Person()


def _find(session: Session, actor: Actor, reference: str) -> Found | None:
    """The situation of this reference, or the last referral received under it."""
    if actor.can(policy.READ_ORGANIZATION):
        named = Situation.reference == reference
        situation = session.scalar(existing_situations(actor).where(named))
        if situation is not None:
            mine = session.scalar(visible_situations(actor).where(named)) is not None
            return Found(situation.id, None, mine)
    received = Referral.reference == reference, ReferralParty.role == Side.RECEIVER
    newest = within_reach(actor).where(*received).order_by(Referral.sent_at.desc(), Referral.id).limit(1)
    referral = session.scalar(newest)
    if referral is None:
        return None
    mine = session.scalar(visible(actor).where(Referral.id == referral.id)) is not None
    return Found(referral.situation_id, referral.id, mine)


def _open(session: Session, actor: Actor, found: Found, reason: str) -> None:
    assert actor.org_id is not None and actor.user_id is not None
    now = clock.now()
    glass = GlassBreak(
        id=new_id(), situation_id=found.situation_id, referral_id=found.referral_id, org_id=actor.org_id,
        user_id=actor.user_id, at=now, ends_at=now + LASTS,
    )  # fmt: skip
    session.add(glass)
    subject = ("referral", found.referral_id) if found.referral_id else ("situation", found.situation_id)
    audit.record(session, actor, f"{subject[0]}.break_glass", *subject, reason=reason)
    outbox.enqueue(session, notices.JOB_BROKEN, {"glass_id": str(glass.id)}, dedup_key=f"glass:{glass.id}")


def _in_charge(session: Session, glass: GlassBreak) -> set[UUID]:
    """Who wrote the situation or sent it; at a receiver, who takes care of what it received."""
    if glass.referral_id is not None:
        assigned = select(ReferralAssignment.user_id).where(ReferralAssignment.referral_id == glass.referral_id)
        return set(session.scalars(assigned.where(ReferralAssignment.org_id == glass.org_id)))
    sent = select(Referral.sender_user_id).where(
        Referral.situation_id == glass.situation_id, Referral.sender_org_id == glass.org_id
    )
    wrote: Sequence[UUID] = session.scalars(
        select(Situation.created_by).where(Situation.id == glass.situation_id)
    ).all()
    return {*wrote, *session.scalars(sent)}
