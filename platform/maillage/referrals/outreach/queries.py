"""Until when somebody who is being met may still agree."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.referrals.models import Situation


def last_day(session: Session, situation_id: UUID) -> date | None:
    """The day after which all of it goes; None once they agreed."""
    return session.scalar(select(Situation.outreach_until).where(Situation.id == situation_id))
