"""How going to meet somebody ends: the person agrees and all goes on, or does not and everything goes."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from maillage.kernel import lifecycle, outbox
from maillage.kernel.scope import unscoped
from maillage.referrals import notices, sealing
from maillage.referrals.codes import Kind, Outcome
from maillage.referrals.models import Situation
from maillage.referrals.service import handing
from maillage.referrals.service.handing import Request
from maillage.referrals.service.moving import Move
from maillage.referrals.states import Event

AGREED = "who met the person says that they agree to what their sender writes"


def forgets(kind: Kind, event: Event, outcome: Outcome | None) -> bool:
    """Whether nothing is left to read afterwards: somebody who had agreed to nothing does not want to be met."""
    refused = event is Event.WITHDRAW_CONSENT or outcome is Outcome.REFUSED
    return kind is Kind.OUTREACH and refused


def complete(session: Session, asked: Request) -> list[Move]:
    """End with an outcome. What the person says of being met decides what may be kept of them."""
    moves = [asked.step(session)]
    if asked.details.outcome is Outcome.AGREED:
        with unscoped(AGREED, Situation):
            mine = Situation.id == asked.referral.situation_id
            session.execute(update(Situation).where(mine).values(outreach_until=None))
    return _kept(session, asked, moves)


def withdraw(session: Session, asked: Request) -> list[Move]:
    """Stop at once; of somebody who had agreed to nothing, nothing is kept."""
    return _kept(session, asked, handing.withdraw_consent(session, asked))


def _kept(session: Session, asked: Request, moves: list[Move]) -> list[Move]:
    """The moves, after the situation is erased with all that came of it where nothing may be kept. Rows of codes and
    dates stay, and count."""
    referral = asked.referral
    if not forgets(Kind(referral.kind), asked.row.event, asked.details.outcome):
        return moves
    lifecycle.erase(session, sealing.SITUATION, referral.situation_id, cause="refused")
    told = {"situation_id": str(referral.situation_id), "user_id": str(referral.sender_user_id)}
    outbox.enqueue(session, notices.JOB_FORGOTTEN, told, dedup_key=f"{notices.JOB_FORGOTTEN}:{referral.situation_id}")
    return moves
