"""Tables of a file: what tells of a person is sealed, kinds and days are clear. All of it goes with the situation."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import OfOrganization


class HouseholdFile(OfOrganization, Base):
    """One person's file. `next_on` sorts the list of what is to be done by `next_user_id`."""

    __tablename__ = "household_file"
    __table_args__ = (Index("ix_household_file_next", "org_id", "next_user_id", "next_on"),)

    situation_id: Mapped[UUID] = mapped_column(ForeignKey("situation.id", ondelete="CASCADE"), primary_key=True)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(default=1)
    next_on: Mapped[date | None]
    next_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    next_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class HouseholdEntry(OfOrganization, Base):
    """A visit, a call, an attempt: what was done, by whom, on which day. `vault_id`: the vault that opens its words."""

    __tablename__ = "household_entry"
    __table_args__ = (Index("ix_household_entry_situation_id_happened_on", "situation_id", "happened_on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    situation_id: Mapped[UUID] = mapped_column(ForeignKey("situation.id", ondelete="CASCADE"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[str] = mapped_column(String(12))
    happened_on: Mapped[date]
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    vault_id: Mapped[UUID | None] = mapped_column(ForeignKey("vault.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class AutonomyGrid(OfOrganization, Base):
    """Autonomy as it was seen at the start, or at the end, of the support."""

    __tablename__ = "autonomy_grid"

    situation_id: Mapped[UUID] = mapped_column(ForeignKey("situation.id", ondelete="CASCADE"), primary_key=True)
    moment: Mapped[str] = mapped_column(String(8), primary_key=True)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class HouseholdPerson(OfOrganization, Base):
    """Which situations are those of one household. Opposed persons are never in the same one."""

    __tablename__ = "household_person"

    situation_id: Mapped[UUID] = mapped_column(ForeignKey("situation.id", ondelete="CASCADE"), primary_key=True)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    household_id: Mapped[UUID] = mapped_column(index=True)


class SituationReader(OfOrganization, Base):
    """Who may read a situation that is kept apart: once there is one reader, nobody else of the organisation may."""

    __tablename__ = "situation_reader"

    situation_id: Mapped[UUID] = mapped_column(ForeignKey("situation.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    added_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
