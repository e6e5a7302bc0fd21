from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel.db import Base
from maillage.kernel.walls import OfOrganization


class SituationDigest(OfOrganization, Base):
    """What a situation is compared by, under a key of its organisation alone. It is still about a person: it goes when
    the situation goes."""

    __tablename__ = "situation_digest"
    __table_args__ = (Index("ix_situation_digest_org_id_digest", "org_id", "digest"),)

    situation_id: Mapped[UUID] = mapped_column(ForeignKey("situation.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    digest: Mapped[str] = mapped_column(String(16))
