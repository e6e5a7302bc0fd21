from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from maillage.kernel import jobs
from maillage.notifications import delivery, service
from maillage.notifications.models import Notification, NotificationQuiet


@jobs.handles(service.MAIL, opens=(Notification,))
def send_mails(job_id: UUID, payload: dict[str, Any]) -> None:
    delivery.deliver(job_id, [UUID(mail_id) for mail_id in payload["mails"]])


@jobs.every(timedelta(minutes=5), "notifications.digests", opens=(Notification, NotificationQuiet))
def send_digests(now: datetime) -> None:
    service.bundle_digests(now)
