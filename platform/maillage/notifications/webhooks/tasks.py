from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from maillage.kernel import jobs
from maillage.kernel.content_keys import ContentKey
from maillage.notifications.webhooks import sending, service
from maillage.notifications.webhooks.models import Webhook, WebhookAttempt, WebhookDelivery


@jobs.handles(service.JOB, opens=(Webhook, WebhookAttempt, WebhookDelivery, ContentKey))
def deliver(_job_id: UUID, payload: dict[str, Any]) -> None:
    sending.deliver(UUID(payload["delivery_id"]), payload["number"])


@jobs.every(timedelta(days=1), "webhooks.sweep", opens=(WebhookAttempt, WebhookDelivery))
def sweep(now: datetime) -> None:
    service.sweep(now)
