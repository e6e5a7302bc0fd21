"""Calls to partners, as somebody noted them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import OfOrganization


class PartnerCall(OfOrganization, Base):
    """That somebody of `org_id` called a partner about what waits there: neither why nor about whom."""

    __tablename__ = "partner_call"
    __table_args__ = (Index("ix_partner_call_org_id_partner_id_at", "org_id", "partner_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
