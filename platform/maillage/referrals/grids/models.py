"""What was filled. Which grid, by whom and when is in clear; every answer is sealed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import OfOrganization


class FilledGrid(OfOrganization, Base):
    """One grid about one person: a draft until `joined_at`, then never written again.

    `grid_version` and `country`: which wording it answers. `version`: of the draft, against writing over a colleague.
    """

    __tablename__ = "filled_grid"
    __table_args__ = (Index("ix_filled_grid_situation_id_begun_at", "situation_id", "begun_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    situation_id: Mapped[UUID] = mapped_column(ForeignKey("situation.id", ondelete="CASCADE"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    code: Mapped[str] = mapped_column(String(16))
    grid_version: Mapped[int]
    country: Mapped[str] = mapped_column(String(2))
    version: Mapped[int] = mapped_column(default=1)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
