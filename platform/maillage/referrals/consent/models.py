"""What stands behind a handoff."""

from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel.db import Base
from maillage.kernel.walls import OfOrganization


class ReferralGround(OfOrganization, Base):
    """The ground of one referral, for the organisation that sent it; sealed under the referral's own key, it goes when
    that key goes."""

    __tablename__ = "referral_ground"

    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), primary_key=True)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
