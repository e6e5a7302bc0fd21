"""The programs of an organisation, and what they were told."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.kernel.errors import NotFound
from maillage.notifications.webhooks.models import Webhook, WebhookAttempt, WebhookDelivery
from maillage.web.paging import Page, encode_cursor, moment_key

PAGE = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One thing told, with its attempts, the first one first."""

    delivery: WebhookDelivery
    attempts: Sequence[WebhookAttempt]


def of_organization(session: Session, actor: Actor) -> Sequence[Webhook]:
    own = select(Webhook).where(Webhook.org_id == actor.org_id)
    return session.scalars(own.order_by(Webhook.label, Webhook.id)).all()


def count(session: Session, actor: Actor) -> int:
    return session.scalar(select(func.count()).select_from(Webhook).where(Webhook.org_id == actor.org_id)) or 0


def one(session: Session, actor: Actor, webhook_id: UUID, *, lock: bool = False) -> Webhook:
    """One of the actor's organisation. Raises NotFound."""
    query = select(Webhook).where(Webhook.id == webhook_id, Webhook.org_id == actor.org_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound()
    return found


def listening(session: Session, org_ids: Collection[UUID], cause: UUID) -> Sequence[Webhook]:
    """Those of these organisations that are still to be told of `cause`."""
    told = select(WebhookDelivery.webhook_id).where(WebhookDelivery.cause == cause)
    wanted = select(Webhook).where(Webhook.org_id.in_(org_ids), Webhook.stopped_at.is_(None), Webhook.id.not_in(told))
    return session.scalars(wanted.order_by(Webhook.id)).all()


def log(session: Session, webhook: Webhook, after: str | None) -> Page[Line]:
    """What a program was told, the latest first."""
    rows = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook.id)
    if key := moment_key(after):
        at, row_id = key
        earlier = and_(WebhookDelivery.at == at, WebhookDelivery.id < row_id)
        rows = rows.where(or_(WebhookDelivery.at < at, earlier))
    rows = rows.order_by(WebhookDelivery.at.desc(), WebhookDelivery.id.desc()).limit(PAGE + 1)
    found = list(session.scalars(rows))
    shown = found[:PAGE]
    last = shown[-1] if len(found) > PAGE else None
    attempts = _attempts(session, [row.id for row in shown])
    lines = [Line(row, attempts.get(row.id, [])) for row in shown]
    return Page(lines, encode_cursor(last.at.isoformat(), str(last.id)) if last else None)


def _attempts(session: Session, ids: Collection[UUID]) -> dict[UUID, list[WebhookAttempt]]:
    found: dict[UUID, list[WebhookAttempt]] = defaultdict(list)
    rows = select(WebhookAttempt).where(WebhookAttempt.delivery_id.in_(ids)).order_by(WebhookAttempt.number)
    for row in session.scalars(rows):
        found[row.delivery_id].append(row)
    return found
