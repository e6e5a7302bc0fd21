"""What is kept of a link, its codes and its sessions: hashes only, never what was mailed."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id

ANSWERING: Final = "answer"


class ReferralLink(Base):
    """One way for one mailbox to answer one referral. Until its mail leaves, `secret_hash` is of a secret that nobody
    knows. `cause` is what it was mailed for, so that a job that runs twice mails one link."""

    __tablename__ = "referral_link"
    __table_args__ = (Index("ix_referral_link_referral_id_used_at", "referral_id", "used_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"))
    purpose: Mapped[str] = mapped_column(String(12), default=ANSWERING)
    mailbox: Mapped[str] = mapped_column(String(254), index=True)
    cause: Mapped[str] = mapped_column(String(60), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # an answer was given: one link, one answer


class LinkCode(Base):
    """A code on its way to the mailbox of a link; without a hash until its mail leaves."""

    __tablename__ = "link_code"
    __table_args__ = (Index("ix_link_code_link_id_created_at", "link_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    link_id: Mapped[UUID] = mapped_column(ForeignKey("referral_link.id"))
    code_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LinkSession(Base):
    """A browser in which the code of a link was typed. It opens that link's referral and nothing else."""

    __tablename__ = "link_session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    link_id: Mapped[UUID] = mapped_column(ForeignKey("referral_link.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
