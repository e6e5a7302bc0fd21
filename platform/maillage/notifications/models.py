"""Notices and how each reaches its reader, preferences, and the mails kept by the demonstration."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import OfPerson
from maillage.notifications.values import Frequency


class Notification(OfPerson, Base):
    """One notice for one reader: a line in the application, and what becomes of its mail.

    `mail_id` names the mail that carries it, its own or a digest's, and gives a stable Message-ID; None: not in a mail
    (yet). The address is the one known when the notice was posted.
    """

    __tablename__ = "notification"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    dedup_key: Mapped[str] = mapped_column(String(160))
    kind: Mapped[str] = mapped_column(String(48))
    link: Mapped[str] = mapped_column(String(300))
    about: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    org_id: Mapped[UUID | None]
    email: Mapped[str] = mapped_column(String(254))
    locale: Mapped[str] = mapped_column(String(8))
    country: Mapped[str] = mapped_column(String(2))
    urgent: Mapped[bool] = mapped_column(default=False)
    frequency: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail_id: Mapped[UUID | None] = mapped_column(index=True)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the address does not take mail

    __table_args__ = (
        UniqueConstraint("dedup_key", "email"),
        Index("ix_notification_user_id_at", "user_id", "at"),
        Index(
            "ix_notification_unread",
            "user_id",
            sqlite_where=read_at.is_(None),
            postgresql_where=read_at.is_(None),
        ),
        Index(
            "ix_notification_digest",
            "country",
            "at",
            sqlite_where=mail_id.is_(None) & read_at.is_(None) & frequency.in_((Frequency.DAILY, Frequency.WEEKLY)),
            postgresql_where=mail_id.is_(None) & read_at.is_(None) & frequency.in_((Frequency.DAILY, Frequency.WEEKLY)),
        ),
    )


class NotificationPreference(OfPerson, Base):
    """What a person chose for one kind; without a row, the kind's default."""

    __tablename__ = "notification_preference"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(48), primary_key=True)
    frequency: Mapped[str] = mapped_column(String(10))


class NotificationQuiet(OfPerson, Base):
    """When a person wants no mail; without a row, they want it at any time."""

    __tablename__ = "notification_quiet"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[int | None]
    until: Mapped[int | None]
    weekends: Mapped[bool] = mapped_column(default=False)


class MailMessage(Base):
    """The mail sink: a mail kept instead of sent, for the viewer. It may hold a secret link: never in production."""

    __tablename__ = "mail_message"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[str] = mapped_column(String(320), unique=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    headers: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
