"""Providers of identities, and the domains of e-mail addresses that they answer for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from maillage.kernel import clock, walls
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import Id, Viewer

SUBJECT = "provider"
_APPROVED = text("approved_at IS NOT NULL")


@walls.subject(SUBJECT)
def _own(org_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    return org_id == viewer.org_id


class IdentityProvider(Base):
    """One for an organisation. It vouches for that organisation's members, and for nobody else."""

    __tablename__ = "identity_provider"

    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(300))
    client_id: Mapped[str] = mapped_column(String(200))
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    domains: Mapped[list["ProviderDomain"]] = relationship(
        order_by="ProviderDomain.domain", cascade="all, delete-orphan"
    )


class ProviderDomain(Base):
    """A domain that an organisation says is its own. It counts once the host has made sure; one answers for each."""

    __tablename__ = "provider_domain"
    __table_args__ = (
        UniqueConstraint("org_id", "domain"),
        Index("uq_provider_domain_approved", "domain", unique=True, sqlite_where=_APPROVED, postgresql_where=_APPROVED),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("identity_provider.org_id"))
    domain: Mapped[str] = mapped_column(String(253))  # lower case
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
