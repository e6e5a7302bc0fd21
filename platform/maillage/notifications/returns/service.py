"""What a mail that came back changes: the address is known to take no mail, and its organisation sees it."""

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from maillage.kernel import clock
from maillage.kernel.db import transaction
from maillage.kernel.scope import unscoped
from maillage.notifications.models import Notification
from maillage.notifications.returns import reports
from maillage.notifications.returns.models import MailReturn
from maillage.notifications.returns.reports import Outcome, Report


def take(raw: bytes, *, host: str) -> Outcome:
    """Record what a mail server tells of a mail that `host` sent; whatever else it is, count it and change nothing."""
    with transaction() as session:
        try:
            told = reports.read(raw, host)
            outcome = Outcome.RECORDED if _record(session, told) else Outcome.UNKNOWN
        except reports.Refused as refused:
            outcome = refused.outcome
        _count(session, outcome)
    return outcome


def _record(session: Session, told: Report) -> bool:
    """Whether such a mail left for such an address: a report names both, and it is that mail's own address."""
    left = (
        Notification.mail_id == told.mail_id,
        Notification.email.in_(told.failed),
        Notification.mailed_at.is_not(None),
    )
    with unscoped("a mail server tells what came back", Notification):
        done = session.execute(update(Notification).where(*left).values(refused_at=clock.now()))
    assert isinstance(done, CursorResult)
    return done.rowcount > 0


def _count(session: Session, outcome: Outcome) -> None:
    day = clock.today()
    row = session.get(MailReturn, (day, outcome.value), with_for_update=True)
    if row is None:
        session.add(MailReturn(day=day, outcome=outcome.value, times=1))
    else:
        row.times += 1
