"""Requests of persons about what is written of them: dates and codes, never who asked."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import OfOrganization


class SubjectRequest(OfOrganization, Base):
    """One request and what was answered. The reference names the situation, which may be gone by then."""

    __tablename__ = "subject_request"
    __table_args__ = (Index("ix_subject_request_org_id_received_on", "org_id", "received_on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    situation_id: Mapped[UUID] = mapped_column(index=True)  # no foreign key: a draft may be thrown away since
    reference: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(16))
    received_on: Mapped[date]
    due_on: Mapped[date]
    noted_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
