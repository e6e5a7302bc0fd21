"""Erasing a situation with all that came of it, wherever it went."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.kernel import audit, lifecycle, outbox
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.scope import wide_open
from maillage.referrals import sealing
from maillage.referrals.content import Details
from maillage.referrals.models import Referral, Situation
from maillage.referrals.rights import notices
from maillage.referrals.service.moving import Move, record
from maillage.referrals.service.situations import discard_prepared
from maillage.referrals.service.stepping import step
from maillage.referrals.states import ENDED, Event, State, transition


def erase_in(session: Session, actor: Actor, situation: Situation, *, cause: str) -> list[UUID]:
    """Erase inside the caller's transaction; the organisations that had received something, which are told.

    What is still open ends first, so that its receiver sees that it is over. Rows of codes and dates stay, and count.
    """
    with wide_open(lifecycle.EVERYWHERE):
        return _erase_in(session, actor, situation, cause)


def _erase_in(session: Session, actor: Actor, situation: Situation, cause: str) -> list[UUID]:
    discard_prepared(session, situation.id)
    sent = select(Referral).where(Referral.situation_id == situation.id).order_by(Referral.id).with_for_update()
    referrals = session.scalars(sent.execution_options(populate_existing=True)).all()
    record(session, _ended(session, referrals))
    session.flush()
    lifecycle.erase(session, sealing.SITUATION, situation.id, cause=cause)
    told = sorted(
        {it.receiver_org_id for it in referrals if it.sent_at is not None and it.reaches} - {situation.org_id}
    )
    for org_id in told:
        outbox.enqueue(
            session, notices.JOB_ERASED, {"org_id": str(org_id)}, dedup_key=f"erased:{situation.id}:{org_id}"
        )
    owner = actor if actor.org_id else Actor(user_id=None, org_id=situation.org_id, channel=Channel.SYSTEM)
    audit.record(session, owner, "situation.erase", "situation", situation.id, cause=cause)
    return told


def _ended(session: Session, referrals: Sequence[Referral]) -> list[Move]:
    moves = []
    for referral in referrals:
        row = transition(Event.WITHDRAW_CONSENT, State(referral.state))
        if row is not None and State(referral.state) not in ENDED:
            sender = Actor(user_id=None, org_id=referral.sender_org_id, channel=Channel.SYSTEM)
            moves.append(step(session, sender, referral, row, Details()))
    return moves
