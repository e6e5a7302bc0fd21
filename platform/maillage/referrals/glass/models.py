"""Who opened what was outside their need to know, and until when."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import OfOrganization


class GlassBreak(OfOrganization, Base):
    """One opening of one situation, as far as the organisation has a part in it. Why is in the organisation's journal.

    `referral_id` is the referral by which a receiver knows of it; None: the organisation wrote the situation itself.
    """

    __tablename__ = "glass_break"
    __table_args__ = (Index("ix_glass_break_situation_id_user_id", "situation_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    situation_id: Mapped[UUID] = mapped_column(ForeignKey("situation.id", ondelete="CASCADE"))
    referral_id: Mapped[UUID | None] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
