"""When a notice is mailed, and which notices a person may see."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_

from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.notifications.kinds import NoticeKind
from maillage.notifications.models import Notification
from maillage.notifications.values import Frequency, Notice

DIGEST_HOUR = 8


def frequency_of(notice: Notice, kind: NoticeKind, chosen: Frequency | None) -> Frequency:
    """Urgent notices and those of an essential kind do not wait, whatever the reader chose."""
    if notice.urgent or kind.essential:
        return Frequency.IMMEDIATE
    return chosen or kind.default


def digest_slots(now: datetime, country: str) -> tuple[datetime, datetime]:
    """The latest eight o'clock, and the latest of a Monday, that people of `country` have lived.

    What was posted before and is still unread and unmailed is due: a machine that slept at eight catches up.
    """
    local = now.astimezone(clock.ZONES[country])
    daily = local.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    if daily > local:
        daily -= timedelta(days=1)
    return daily, daily - timedelta(days=daily.weekday())


def due_for_digest(now: datetime, country: str) -> ColumnElement[bool]:
    daily, weekly = digest_slots(now, country)
    return and_(
        Notification.mail_id.is_(None),
        Notification.read_at.is_(None),
        Notification.country == country,
        or_(
            and_(Notification.frequency == Frequency.DAILY, Notification.at < daily),
            and_(Notification.frequency == Frequency.WEEKLY, Notification.at < weekly),
        ),
    )


def readable_by(actor: Actor) -> ColumnElement[bool]:
    """One's own, of the organisation one acts for now: links of another one would only lead to a 404."""
    return and_(
        Notification.user_id == actor.user_id,
        or_(Notification.org_id == actor.org_id, Notification.org_id.is_(None)),
    )
