"""Following a referral: opening it, asking for the identity, writing to the other side, charging a colleague."""

from contextlib import suppress
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import CursorResult, delete
from sqlalchemy.orm import Session

from maillage.accounts.queries import Colleague
from maillage.kernel import audit, clock, db, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid
from maillage.kernel.idempotency import IdempotencyKey
from maillage.kernel.ids import new_id
from maillage.referrals import notices, policy, sealing
from maillage.referrals.checks import check_text
from maillage.referrals.codes import Side
from maillage.referrals.content import Details
from maillage.referrals.models import ReferralAssignment, ReferralMessage
from maillage.referrals.queries import ReferralView, load, referral_view, view_of
from maillage.referrals.queries.bars import assignable
from maillage.referrals.service.advising import ensure_unnamed
from maillage.referrals.service.moving import once, record
from maillage.referrals.service.stepping import step
from maillage.referrals.states import ENDED, Event, State

LONGEST_MESSAGE = 4000
OVER = "Cette orientation est close : il n’y a plus rien à confier."
_ID = TypeAdapter(UUID)


def open_referral(actor: Actor, *, referral_id: UUID) -> ReferralView:
    """The referral as the actor may see it; that a receiver opened it for the first time is noted. Raises NotFound."""
    referral, side = load(db.session(), actor, referral_id)
    if not policy.may(actor, side, referral, Event.SEEN):
        return view_of(db.session(), actor, referral, side)
    if referral.in_vault:
        sealing.referral_key(db.session(), referral.id)  # who cannot read it has not seen it
    with suppress(Conflict):  # a colleague opened it at the same moment: it is seen all the same
        _note_seen(actor, referral_id)
    return referral_view(db.session(), actor, referral_id)


def write(actor: Actor, *, referral_id: UUID, text: str, idempotency: IdempotencyKey | None = None) -> UUID:
    """Add a message to the thread; the other side is told that there is one. Raises Conflict once all is over."""
    text = text.strip()
    if not text or len(text) > LONGEST_MESSAGE:
        words = "Écrivez votre message." if not text else f"{LONGEST_MESSAGE} caractères au plus."
        raise Invalid(fields={"text": words})
    check_text(text)
    with transaction() as session:
        return once(session, idempotency, _ID, lambda: _write(session, actor, referral_id, text))


def assign(actor: Actor, *, referral_id: UUID, user_id: UUID) -> None:
    """Charge a member of the receiving organisation with a referral; a volunteer then sees it."""
    with transaction() as session:
        referral, side = load(session, actor, referral_id)
        if side is not Side.RECEIVER or not actor.can(policy.ANSWER):
            raise Forbidden()
        if not policy.may_assign(actor, side, referral):
            raise Conflict(OVER)
        assert actor.org_id is not None and actor.user_id is not None
        if user_id not in {it.user_id for it in assignable(session, actor.org_id, referral.situation_id)}:
            raise Invalid(fields={"user_id": "Choisissez une personne de votre organisation."})
        if session.get(ReferralAssignment, (referral.id, user_id)) is not None:
            return
        session.add(
            ReferralAssignment(referral_id=referral.id, user_id=user_id, org_id=actor.org_id, assigned_by=actor.user_id)
        )
        audit.record(session, actor, "referral.assign", "referral", referral.id, user=str(user_id))
        outbox.enqueue(
            session,
            notices.JOB_ASSIGNMENT,
            {"referral_id": str(referral.id), "user_id": str(user_id)},
            dedup_key=f"referral.assignment:{referral.id}:{user_id}",
        )


def give_back(actor: Actor, *, referral_id: UUID, user_id: UUID) -> None:
    """Give what somebody takes care of back to the team, which is told when nobody does any more. Raises Conflict once
    all is over."""
    with transaction() as session:
        referral, side = load(session, actor, referral_id)
        if not policy.may_give_back(actor, side, referral, user_id):
            raise Forbidden() if State(referral.state) not in ENDED else Conflict(OVER)
        gone = delete(ReferralAssignment).where(
            ReferralAssignment.referral_id == referral.id,
            ReferralAssignment.user_id == user_id,
            ReferralAssignment.org_id == actor.org_id,
        )
        done = session.execute(gone)
        assert isinstance(done, CursorResult)
        if done.rowcount == 0:
            return
        audit.record(session, actor, "referral.give_back", "referral", referral.id, user=str(user_id))
        payload = {"referral_id": str(referral.id), "cause": str(new_id())}
        outbox.enqueue(session, notices.JOB_GIVEN_BACK, payload)


def candidates(actor: Actor, *, referral_id: UUID) -> list[Colleague]:
    """Whom the actor may charge with a referral. Raises NotFound."""
    referral, _ = load(db.session(), actor, referral_id)
    return assignable(db.session(), referral.receiver_org_id, referral.situation_id)


def _note_seen(actor: Actor, referral_id: UUID) -> None:
    with transaction() as session:
        referral, side = load(session, actor, referral_id)
        row = policy.decide(actor, side, referral, Event.SEEN)
        record(session, [step(session, actor, referral, row, Details())])


def _write(session: Session, actor: Actor, referral_id: UUID, text: str) -> UUID:
    referral, side = load(session, actor, referral_id)
    if not actor.can(policy.right_of(side, referral)):
        raise Forbidden()
    if not policy.may_write(actor, side, referral, clock.now()):
        raise Conflict("Les échanges sont clos pour cette orientation.")
    if side is Side.SENDER:
        ensure_unnamed(session, referral, {"text": text})
    assert actor.org_id is not None and actor.user_id is not None
    message = ReferralMessage(
        id=new_id(), referral_id=referral.id, org_id=actor.org_id, user_id=actor.user_id, side=side
    )
    message.text_sealed = sealing.seal_text(sealing.referral_key(session, referral.id), referral, message.id, text)
    session.add(message)
    audit.record(session, actor, "referral.write", "referral", referral.id, message=str(message.id))
    outbox.enqueue(
        session,
        notices.JOB_MESSAGE,
        {"message_id": str(message.id)},
        dedup_key=f"referral.message:{message.id}",
    )
    return message.id
