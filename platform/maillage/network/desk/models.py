"""Calls that the coordination took, as it noted them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import OfOrganization


class DeskCall(OfOrganization, Base):
    """A question asked by phone, by a member or by an organisation as a whole (`caller_id` None).

    To follow until `answered_at`. `org_id` is the coordination's own.
    """

    __tablename__ = "desk_call"
    __table_args__ = (Index("ix_desk_call_org_id_at", "org_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    caller_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    caller_org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    territory: Mapped[str | None] = mapped_column(String(24))  # a token of directory.territories
    theme: Mapped[str] = mapped_column(String(64))
    said: Mapped[str] = mapped_column(String(300))
    answer: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
