"""Telling the programs of an organisation that a referral moved, and letting its administrators manage them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import CursorResult, Select, delete, select, update
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock, content_keys, fetching, outbox
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.crypto import seal, unseal
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.kernel.ids import new_id
from maillage.kernel.scope import unscoped
from maillage.notifications.webhooks import pacing, queries, signing
from maillage.notifications.webhooks.models import SUBJECT, Webhook, WebhookAttempt, WebhookDelivery
from maillage.notifications.webhooks.pacing import Outcome, Stop

JOB: Final = "webhooks.deliver"
JOB_STOPPED: Final = "webhooks.stopped"
TEST: Final = "maillage.test"

_RESUME = "Reprenez d’abord l’envoi à ce logiciel."


@dataclass(frozen=True, slots=True)
class Added:
    """A program just added; its secret exists in this value and nowhere else."""

    id: UUID
    secret: str


@dataclass(frozen=True, slots=True)
class Told:
    """How an attempt went."""

    outcome: Outcome
    status: int | None
    took: timedelta


def announce(
    session: Session, *, org_ids: Collection[UUID], kind: str, cause: UUID, about: UUID, state: str, version: int
) -> None:
    """Tell the programs of these organisations, in the caller's transaction; once for a `cause`, whoever runs twice."""
    for webhook in queries.listening(session, org_ids, cause):
        _enqueue(session, webhook, kind=kind, cause=cause, about=about, state=state, version=version)


def forget_about(session: Session, about: Collection[UUID]) -> None:
    """In the caller's transaction: these things are gone for ever, and so is that they were told of."""
    _drop(session, select(WebhookDelivery.id).where(WebhookDelivery.about.in_(about)))


def give_up(session: Session, org_id: UUID) -> None:
    """In the caller's transaction: an organisation was shut out, and what its programs were still to be told is not."""
    with unscoped("a suspended organisation is told nothing more", WebhookDelivery):
        waiting = (WebhookDelivery.org_id == org_id, WebhookDelivery.next_at.is_not(None))
        session.execute(update(WebhookDelivery).where(*waiting).values(next_at=None))


def sweep(now: datetime) -> None:
    """Drop what was told more than a month ago."""
    with transaction() as session:
        _drop(session, select(WebhookDelivery.id).where(WebhookDelivery.at < now - pacing.KEPT))


def add(actor: Actor, *, label: str, url: str) -> Added:
    """Add a program. Raises Invalid for an address that is never asked, or one program too many."""
    org_id = _administered(actor)
    _ensure_asked(url)
    secret = signing.new_secret()
    with transaction() as session:
        if queries.count(session, actor) >= pacing.MOST_WEBHOOKS:
            raise Invalid(f"Une organisation prévient {pacing.MOST_WEBHOOKS} logiciels au plus.")
        webhook = Webhook(id=new_id(), org_id=org_id, label=label, url=url)
        webhook.secret_sealed = _sealed(session, webhook, secret)
        session.add(webhook)
        audit.record(session, actor, "webhook.added", "webhook", webhook.id)
        return Added(webhook.id, secret)


def rotate(actor: Actor, *, webhook_id: UUID) -> str:
    """Give a program another secret; what it is told bears both signatures for a day. Returns the new one."""
    secret = signing.new_secret()
    with transaction() as session:
        webhook = _own(session, actor, webhook_id)
        webhook.former_sealed, webhook.former_until = webhook.secret_sealed, clock.now() + pacing.FORMER_LASTS
        webhook.secret_sealed = _sealed(session, webhook, secret)
        audit.record(session, actor, "webhook.rotated", "webhook", webhook_id)
    return secret


def send_test(actor: Actor, *, webhook_id: UUID) -> None:
    """Tell a program something that means nothing."""
    with transaction() as session:
        webhook = _own(session, actor, webhook_id)
        _ensure_running(webhook)
        _enqueue(session, webhook, kind=TEST, cause=new_id())


def pause(actor: Actor, *, webhook_id: UUID) -> None:
    """Keep what is to be told until the program is resumed."""
    with transaction() as session:
        webhook = _own(session, actor, webhook_id)
        webhook.paused_at = webhook.paused_at or clock.now()
        audit.record(session, actor, "webhook.paused", "webhook", webhook_id)


def resume(actor: Actor, *, webhook_id: UUID) -> None:
    """Tell a program again, beginning with what waited for it."""
    with transaction() as session:
        webhook = _own(session, actor, webhook_id)
        webhook.paused_at = webhook.stopped_at = webhook.stopped_because = None
        webhook.failing_since = webhook.rests_until = None
        waiting = select(WebhookDelivery).where(
            WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.next_at.is_not(None)
        )
        for delivery in session.scalars(waiting.order_by(WebhookDelivery.at)):
            _send(session, delivery)
        audit.record(session, actor, "webhook.resumed", "webhook", webhook_id)


def remove(actor: Actor, *, webhook_id: UUID) -> None:
    """Forget a program, its secrets and what it was told."""
    with transaction() as session:
        webhook = _own(session, actor, webhook_id)
        _drop(session, select(WebhookDelivery.id).where(WebhookDelivery.webhook_id == webhook_id))
        session.delete(webhook)
        session.flush()
        if not queries.count(session, actor):
            content_keys.destroy_keys(session, SUBJECT, webhook.org_id)
        audit.record(session, actor, "webhook.removed", "webhook", webhook_id)


def replay(actor: Actor, *, webhook_id: UUID, delivery_id: UUID) -> None:
    """Tell something again, under the same id: the program may know it already."""
    with transaction() as session:
        webhook = _own(session, actor, webhook_id)
        delivery = session.get(WebhookDelivery, delivery_id, with_for_update=True)
        if delivery is None or delivery.webhook_id != webhook_id:
            raise NotFound()
        _ensure_running(webhook)
        if delivery.next_at is None:
            delivery.next_at = clock.now()
            _send(session, delivery)


def note(delivery_id: UUID, number: int, told: Told) -> None:
    """Write down how an attempt went, and what follows from it. Of two that ran at once, the first one counts."""
    now = clock.now()
    failed = told.outcome is not Outcome.DELIVERED
    next_at = pacing.next_attempt(number, now) if failed else None
    with transaction() as session:
        mine = (WebhookDelivery.id == delivery_id, WebhookDelivery.attempts == number - 1)
        done = session.execute(update(WebhookDelivery).where(*mine).values(attempts=number, next_at=next_at))
        assert isinstance(done, CursorResult)
        delivery = session.get(WebhookDelivery, delivery_id, with_for_update=True) if done.rowcount else None
        if delivery is None:
            return
        webhook = session.get_one(Webhook, delivery.webhook_id, with_for_update=True)
        session.add(_attempt(delivery, told))
        webhook.rests_until = pacing.rest_after(told.took, now)
        webhook.failing_since = (webhook.failing_since or now) if failed else None
        stop = pacing.stop_after(told.outcome, webhook.failing_since, now) if webhook.failing_since else None
        if stop is not None:
            _stop(session, webhook, stop)
        elif next_at is not None:
            _send(session, delivery)


def put_off(delivery_id: UUID, until: datetime) -> None:
    """The program made others wait: this one is for later, and no attempt was made."""
    with transaction() as session:
        delivery = session.get(WebhookDelivery, delivery_id)
        if delivery is not None:
            _send(session, delivery, not_before=until)


def secrets_of(session: Session, webhook: Webhook) -> list[str]:
    """The secret, and the former one while it still counts."""
    key = content_keys.open_key(session, SUBJECT, webhook.org_id)
    sealed = [webhook.secret_sealed]
    if webhook.former_sealed is not None and webhook.former_until and webhook.former_until > clock.now():
        sealed.append(webhook.former_sealed)
    return [str(unseal(key, one, _context(webhook))) for one in sealed]


def _enqueue(
    session: Session,
    webhook: Webhook,
    *,
    kind: str,
    cause: UUID,
    about: UUID | None = None,
    state: str | None = None,
    version: int | None = None,
) -> None:
    delivery = WebhookDelivery(
        id=new_id(),
        webhook_id=webhook.id,
        org_id=webhook.org_id,
        cause=cause,
        kind=kind,
        about=about,
        state=state,
        version=version,
        attempts=0,
        next_at=clock.now(),
    )
    session.add(delivery)
    if webhook.paused_at is None:
        _send(session, delivery)


def _send(session: Session, delivery: WebhookDelivery, *, not_before: datetime | None = None) -> None:
    payload = {"delivery_id": str(delivery.id), "number": delivery.attempts + 1}
    outbox.enqueue(session, JOB, payload, not_before=not_before or delivery.next_at)


def _attempt(delivery: WebhookDelivery, told: Told) -> WebhookAttempt:
    return WebhookAttempt(
        delivery_id=delivery.id,
        org_id=delivery.org_id,
        number=delivery.attempts,
        outcome=told.outcome,
        status=told.status,
        milliseconds=round(told.took.total_seconds() * 1000),
    )


def _stop(session: Session, webhook: Webhook, why: Stop) -> None:
    webhook.stopped_at, webhook.stopped_because = clock.now(), why
    waiting = (WebhookDelivery.webhook_id == webhook.id, WebhookDelivery.next_at.is_not(None))
    session.execute(update(WebhookDelivery).where(*waiting).values(next_at=None))
    system = Actor(user_id=None, org_id=webhook.org_id, channel=Channel.SYSTEM)
    audit.record(session, system, "webhook.stopped", "webhook", webhook.id, reason=why.value)
    outbox.enqueue(session, JOB_STOPPED, {"org_id": str(webhook.org_id), "webhook_id": str(webhook.id)})


def _drop(session: Session, deliveries: Select[UUID]) -> None:
    session.execute(delete(WebhookAttempt).where(WebhookAttempt.delivery_id.in_(deliveries)))
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(deliveries)))


def _own(session: Session, actor: Actor, webhook_id: UUID) -> Webhook:
    _administered(actor)
    return queries.one(session, actor, webhook_id, lock=True)


def _administered(actor: Actor) -> UUID:
    if actor.org_id is None or not actor.can(pacing.ADMINISTER):
        raise Forbidden()
    return actor.org_id


def _ensure_running(webhook: Webhook) -> None:
    if webhook.paused_at is not None or webhook.stopped_at is not None:
        raise Conflict(_RESUME)


def _ensure_asked(url: str) -> None:
    """An address that is never asked is refused beside its field. It is looked at again before each attempt."""
    try:
        fetching.public_addresses(url)
    except fetching.Forbidden:
        raise Invalid(fields={"url": "Indiquez une adresse publique, qui commence par « https:// »."}) from None
    except fetching.Unreachable:
        raise Invalid(fields={"url": "Ce nom de serveur n’existe pas. Recopiez l’adresse exactement."}) from None


def _sealed(session: Session, webhook: Webhook, secret: str) -> bytes:
    keys = content_keys.open_keys(session, SUBJECT, [webhook.org_id])
    key = keys.get(webhook.org_id) or content_keys.create_key(session, SUBJECT, webhook.org_id)
    return seal(key, secret, _context(webhook))


def _context(webhook: Webhook) -> str:
    return f"maillage|webhook|{webhook.id}|secret"
