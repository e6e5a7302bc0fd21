from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.referrals.models import OfReferral


class ReferralDocument(OfReferral, Base):
    """A file that one side joined. What it is called, its type and its size are sealed as its bytes are."""

    __tablename__ = "referral_document"
    __table_args__ = (Index("ix_referral_document_referral_id_at", "referral_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    side: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    stored: Mapped[UUID] = mapped_column(unique=True)
    about_sealed: Mapped[bytes] = mapped_column(LargeBinary)
