from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maillage.notifications.returns.models import MailReturn


def counted(session: Session, since: date) -> dict[str, int]:
    """How many mails came back since a day, by what was made of them."""
    rows = select(MailReturn.outcome, func.sum(MailReturn.times)).where(MailReturn.day >= since)
    return {outcome: int(times) for outcome, times in session.execute(rows.group_by(MailReturn.outcome))}
