"""What readers keep. A search is kept as the codes of its address, never as what was typed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import OfMember, OfOrganization, OfPerson


class AlertFrequency(StrEnum):
    IMMEDIATE = "immediate"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    NONE = "none"


ALERT_FREQUENCIES: dict[str, str] = {
    AlertFrequency.IMMEDIATE: "Dès qu’un service apparaît",
    AlertFrequency.WEEKLY: "Chaque semaine",
    AlertFrequency.MONTHLY: "Chaque mois",
    AlertFrequency.NONE: "Jamais",
}


class SavedSearch(OfMember, Base):
    """A search of one person for one organisation. `due_at` is when to look again; nothing while it waits for the
    directory to change, or when no alert is wanted."""

    __tablename__ = "saved_search"
    __table_args__ = (
        CheckConstraint("frequency IN ('immediate', 'weekly', 'monthly', 'none')", name="frequency"),
        Index("ix_saved_search_owner", "user_id", "org_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    name: Mapped[str] = mapped_column(String(80))
    params: Mapped[str] = mapped_column(Text)
    frequency: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_run_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    known: Mapped[list[str]] = mapped_column(JSON, default=list)  # ids of the services found last time
    fresh: Mapped[list[str]] = mapped_column(JSON, default=list)  # those of them that its owner has not seen yet


class PersonalFavourite(OfPerson, Base):
    """A service that one person keeps at hand, whatever the organisation they work for."""

    __tablename__ = "personal_favourite"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class TeamFavourite(OfOrganization, Base):
    """A service that an organisation keeps at hand, with a word for colleagues."""

    __tablename__ = "team_favourite"

    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"), primary_key=True)
    note: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
