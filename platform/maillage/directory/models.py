"""The public directory. The organisation as tenant is `accounts`'; here is what the world may read of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    Date,
    Float,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from maillage.accounts.models import Organization
from maillage.directory.vocabulary import REPORT_KINDS, AddressVisibility, RevisionState, ServiceStatus
from maillage.kernel import clock
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import OfOrganization, Viewer


class OrganizationProfile(Base):
    __tablename__ = "organization_profile"

    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    acronym: Mapped[str] = mapped_column(String(40), default="")
    category: Mapped[str] = mapped_column(String(30), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    website: Mapped[str] = mapped_column(String(500), default="")
    network_org_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    address: Mapped[str] = mapped_column(String(250), default="")
    postcode: Mapped[str] = mapped_column(String(10), default="")
    commune_code: Mapped[str] = mapped_column(String(10), default="")
    address_visibility: Mapped[str] = mapped_column(String(12), default=AddressVisibility.NEVER)

    network: Mapped[Organization | None] = relationship(foreign_keys=[network_org_id])


class Service(Base):
    """What is offered, to whom, where, how. The columns hold the last approved version; a change that waits is a
    `ServiceRevision`. `version` grows with everything that the search index shows, `edition` with the content alone."""

    __tablename__ = "service"
    __table_args__ = (
        UniqueConstraint("source_name", "source_id"),
        CheckConstraint("status IN ('draft', 'published', 'hidden', 'closed')", name="status"),
        CheckConstraint("(capacity = 'unknown') = (capacity_on IS NULL)", name="capacity_dated"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    status: Mapped[str] = mapped_column(String(10), default=ServiceStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    edition: Mapped[int] = mapped_column(default=1)

    name: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    themes: Mapped[list[str]] = mapped_column(JSON, default=list)
    publics: Mapped[list[str]] = mapped_column(JSON, default=list)
    data_inclusion: Mapped[list[str]] = mapped_column(JSON, default=list)
    types: Mapped[list[str]] = mapped_column(JSON, default=list)
    conditions: Mapped[str] = mapped_column(Text, default="")
    documents_needed: Mapped[str] = mapped_column(Text, default="")
    questions: Mapped[str] = mapped_column(Text, default="")
    fee: Mapped[str] = mapped_column(String(30), default="")
    fee_note: Mapped[str] = mapped_column(Text, default="")
    modes: Mapped[list[str]] = mapped_column(JSON, default=list)
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    how_to_reach: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    professional_note: Mapped[str] = mapped_column(Text, default="")
    scale: Mapped[str] = mapped_column(String(20), default="")
    open_to: Mapped[str] = mapped_column(String(10), default="all")
    season: Mapped[list[int]] = mapped_column(JSON, default=list)  # months; empty: all year
    bundle: Mapped[str] = mapped_column(String(80), default="", index=True)
    delay_days: Mapped[int | None]  # to a first answer, as the organisation states it
    accepts_referrals: Mapped[bool] = mapped_column(default=True)
    address_visibility: Mapped[str] = mapped_column(String(12), default=AddressVisibility.NEVER)

    capacity: Mapped[str] = mapped_column(String(10), default="unknown")
    capacity_on: Mapped[date | None] = mapped_column(Date)
    capacity_lapses_on: Mapped[date | None] = mapped_column(Date, index=True)

    verified_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    source_name: Mapped[str | None] = mapped_column(String(60))
    source_id: Mapped[str | None] = mapped_column(String(120))
    source_digest: Mapped[str | None] = mapped_column(String(64))  # of what was written
    source_mark: Mapped[str | None] = mapped_column(String(32), index=True)  # of the row that it came from

    organization: Mapped[Organization] = relationship()
    profile: Mapped[OrganizationProfile | None] = relationship(
        primaryjoin="foreign(Service.org_id) == OrganizationProfile.org_id", viewonly=True
    )
    locations: Mapped[list["Location"]] = relationship(
        cascade="all, delete-orphan", order_by="Location.position", passive_deletes=True
    )
    areas: Mapped[list["ServiceArea"]] = relationship(
        cascade="all, delete-orphan", order_by="ServiceArea.token", passive_deletes=True
    )


class Location(Base):
    """Where people are received: one fixed place, or an itinerant one made of stops."""

    __tablename__ = "service_location"
    __table_args__ = (CheckConstraint("kind IN ('fixed', 'itinerant')", name="kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(10), default="fixed")
    name: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(250), default="")
    postcode: Mapped[str] = mapped_column(String(10), default="")
    commune_code: Mapped[str] = mapped_column(String(10), default="")
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    opening_hours: Mapped[str] = mapped_column(String(500), default="")  # OSM syntax

    stops: Mapped[list["Stop"]] = relationship(
        cascade="all, delete-orphan", order_by="Stop.position", passive_deletes=True
    )


class Stop(Base):
    __tablename__ = "service_stop"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    location_id: Mapped[UUID] = mapped_column(ForeignKey("service_location.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    place: Mapped[str] = mapped_column(String(200))
    commune_code: Mapped[str] = mapped_column(String(10), default="")
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    opening_hours: Mapped[str] = mapped_column(String(500), default="")


class ServiceArea(Base):
    """One territory that a service takes people from: `commune:62119`, `epci:…`, `departement:62`, `province:…`,
    `region:…`, `country:FR`. None at all: not declared."""

    __tablename__ = "service_area"

    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"), primary_key=True)
    token: Mapped[str] = mapped_column(String(40), primary_key=True)


class ServiceRevision(Base):
    """One version of a service's content: proposed, then approved or not. At most one waits at a time."""

    __tablename__ = "service_revision"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default=RevisionState.PENDING, index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    proposed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(500), default="")

    service: Mapped[Service] = relationship()


class ServiceSignal(Base):
    """What one referral taught of a service's answering habits; names no referral and nobody."""

    __tablename__ = "service_signal"
    __table_args__ = (Index("ix_service_signal_service_at", "service_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    kind: Mapped[str] = mapped_column(String(20))
    delay_days: Mapped[float | None] = mapped_column(Float)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ServiceReport(Base):
    """An error that a reader pointed out. Its author stays unknown, on purpose."""

    __tablename__ = "service_report"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    message: Mapped[str] = mapped_column(String(1000), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    outcome: Mapped[str] = mapped_column(String(10), default="")  # empty: nobody has looked yet
    handled_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    service: Mapped[Service] = relationship()

    @property
    def kind_label(self) -> str:
        return REPORT_KINDS.get(self.kind, "")


class UnmetNeed(OfOrganization, Base):
    """A search that found nothing, or nothing that suits: what was sought and roughly where, never for whom."""

    __tablename__ = "unmet_need"
    __table_args__ = (CheckConstraint("kind IN ('zero', 'none_suited')", name="kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    kind: Mapped[str] = mapped_column(String(12))
    themes: Mapped[list[str]] = mapped_column(JSON, default=list)
    publics: Mapped[list[str]] = mapped_column(JSON, default=list)
    area: Mapped[str] = mapped_column(String(40), default="", index=True)  # a token, as of ServiceArea
    org_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))  # who searched, when signed in

    @classmethod
    def door(cls, viewer: Viewer) -> ColumnElement[bool]:
        return cls.org_id.is_not_distinct_from(viewer.org_id)
