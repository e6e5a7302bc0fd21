"""Notes of a team about a referral that it received."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import OfOrganization


class TeamNote(OfOrganization, Base):
    """A note of the receiver's own team, sealed under the key of the referral: it goes when that key goes.

    `vault_id`: the vault that opens what is under that seal; none where the organisation had no vault.
    """

    __tablename__ = "team_note"
    __table_args__ = (Index("ix_team_note_referral_id_at", "referral_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    vault_id: Mapped[UUID | None] = mapped_column(ForeignKey("vault.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
