"""Reading notices and preferences."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.notifications.kinds import NoticeKind
from maillage.notifications.models import Notification, NotificationPreference
from maillage.notifications.values import Frequency


def frequencies(session: Session, kind: NoticeKind, user_ids: Iterable[UUID]) -> dict[UUID, Frequency]:
    """What those of `user_ids` who chose something chose for this kind."""
    chosen = select(NotificationPreference.user_id, NotificationPreference.frequency).where(
        NotificationPreference.kind == kind.code, NotificationPreference.user_id.in_(list(user_ids))
    )
    return {user_id: Frequency(frequency) for user_id, frequency in session.execute(chosen)}


def told(session: Session, dedup_key: str) -> set[str]:
    """The addresses to which this has been posted already."""
    return set(session.scalars(select(Notification.email).where(Notification.dedup_key == dedup_key)))
