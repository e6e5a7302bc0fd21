"""Programs of an organisation that are told of its referrals, what they were told, and how each telling went."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock, walls
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import Id, OfOrganization, Viewer

SUBJECT = "webhooks"


@walls.subject(SUBJECT)
def _own(org_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    return org_id == viewer.org_id


class Webhook(OfOrganization, Base):
    """One address that is told. Its secrets are sealed under a key of the organisation.

    `stopped_because`: it said that it is gone, or failed for days; `rests_until`: it made us wait, others go first.
    """

    __tablename__ = "webhook"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[UUID] = mapped_column(index=True)
    label: Mapped[str] = mapped_column(String(80))
    url: Mapped[str] = mapped_column(String(500))
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    former_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    former_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_because: Mapped[str | None] = mapped_column(String(8))
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rests_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WebhookDelivery(OfOrganization, Base):
    """One thing to tell one program: ids and states. Its id is the `webhook-id`, the same at every attempt."""

    __tablename__ = "webhook_delivery"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhook.id"))
    org_id: Mapped[UUID]
    cause: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(48))
    about: Mapped[UUID | None] = mapped_column(index=True)
    state: Mapped[str | None] = mapped_column(String(24))
    version: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, default=clock.now
    )  # None: it arrived, or was given up

    __table_args__ = (
        UniqueConstraint("webhook_id", "cause"),
        Index("ix_webhook_delivery_webhook_id_at", "webhook_id", "at"),
    )


class WebhookAttempt(OfOrganization, Base):
    """How one attempt went. What was answered is not kept, only its status."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (UniqueConstraint("delivery_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_delivery.id"))
    org_id: Mapped[UUID]
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    outcome: Mapped[str] = mapped_column(String(12))
    status: Mapped[int | None]
    milliseconds: Mapped[int]
