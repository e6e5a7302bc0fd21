"""One attempt to tell a program. It may run twice: the id stays the same, and the program knows it by that."""

import time
from datetime import timedelta
from typing import Final
from uuid import UUID

from maillage.kernel import clock, fetching
from maillage.kernel.db import session
from maillage.notifications.webhooks import pacing, service, signing
from maillage.notifications.webhooks.models import Webhook, WebhookDelivery
from maillage.notifications.webhooks.pacing import Outcome
from maillage.notifications.webhooks.service import Told

NOTHING: Final = 0  # is read of what a program answers: a hook may answer two gigabytes


def deliver(delivery_id: UUID, number: int) -> None:
    """Make attempt `number`, unless it was made, the program is paused or stopped, or it is to be left alone."""
    delivery = session().get(WebhookDelivery, delivery_id)
    if delivery is None or delivery.next_at is None or delivery.attempts != number - 1:
        return
    webhook = session().get_one(Webhook, delivery.webhook_id)
    if webhook.paused_at is not None or webhook.stopped_at is not None:
        return
    if webhook.rests_until is not None and webhook.rests_until > clock.now():
        service.put_off(delivery_id, webhook.rests_until)
        return
    url, body = webhook.url, body_of(delivery)
    headers = signing.headers(str(delivery.id), clock.now(), body, service.secrets_of(session(), webhook))
    session().rollback()  # no snapshot stays open while somebody makes us wait
    service.note(delivery_id, number, _told(url, body, headers))


def body_of(delivery: WebhookDelivery) -> bytes:
    """Ids and states, nothing else: what it is about is read with the API, by who may."""
    data = {"id": str(delivery.about), "state": delivery.state, "version": delivery.version} if delivery.about else {}
    return signing.body_of(delivery.kind, delivery.at, data)


def _told(url: str, body: bytes, headers: dict[str, str]) -> Told:
    began = time.monotonic()
    status = None
    try:
        status = fetching.exchange("POST", url, body, headers, seconds=pacing.SECONDS, most_bytes=NOTHING).status
        outcome = pacing.outcome_of(status)
    except fetching.Forbidden:
        outcome = Outcome.FORBIDDEN
    except fetching.Slow:
        outcome = Outcome.SLOW
    except fetching.Unreachable:
        outcome = Outcome.UNREACHABLE
    return Told(outcome, status, timedelta(seconds=time.monotonic() - began))
