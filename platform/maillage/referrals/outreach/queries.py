"""Until when somebody who is being met may still agree, and what is written of them when somebody else is asked."""

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.kernel.errors import Conflict, NotFound
from maillage.referrals.codes import Kind, Side
from maillage.referrals.models import Situation
from maillage.referrals.queries import SituationView, load, load_situation, situation_view
from maillage.referrals.states import ENDED

OVER: Final = "Cette demande est en cours, ou effacée : elle ne peut pas être adressée à quelqu’un d’autre."


def last_day(session: Session, situation_id: UUID) -> date | None:
    """The day after which all of it goes; None once they agreed."""
    return session.scalar(select(Situation.outreach_until).where(Situation.id == situation_id))


def asked_in_vain(session: Session, actor: Actor, referral_id: UUID, *, lock: bool = False) -> SituationView:
    """Of whom somebody was asked who does not go. Raises NotFound, and Conflict where nobody else may be asked.
    `lock`: until the transaction ends nobody else is, so that two people who ask at once do not both find it over."""
    referral, side = load(session, actor, referral_id)
    if side is not Side.SENDER or referral.kind != Kind.OUTREACH:
        raise NotFound()
    if lock:
        load_situation(session, actor, referral.situation_id, lock=True)
    situation = situation_view(session, actor, referral.situation_id)
    if situation.outreach_until is None or not all(line.state in ENDED for line in situation.sent):
        raise Conflict(OVER)
    return situation
