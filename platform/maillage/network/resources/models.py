"""Tables of what peers share. Nothing here is about a person who is helped."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock, walls
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.upload_limits import EXCERPT
from maillage.kernel.walls import Viewer, Walled
from maillage.network.groups.models import Audience, OfAudience, in_group, in_network, owns_network


class Resource(OfAudience, Base):
    """Something to take up: a document, or an experience in words. `sought` is what a search reads, folded."""

    __tablename__ = "resource"
    __table_args__ = (
        Index("ix_resource_network_id_updated_at", "network_id", "updated_at"),
        Index("ix_resource_group_id", "group_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id"))
    group_id: Mapped[UUID] = mapped_column(ForeignKey("peer_group.id"))
    audience: Mapped[str] = mapped_column(String(8), default=Audience.GROUP)
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(600))
    parts: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    themes: Mapped[list[str]] = mapped_column(JSON, default=list)
    licence: Mapped[str] = mapped_column(String(12))
    credit: Mapped[str] = mapped_column(String(200), default="")
    sought: Mapped[str] = mapped_column(String(24_000))
    number: Mapped[int] = mapped_column(default=1)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OfResource(Walled):
    """Rows of a resource: for whom it is."""

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        one = Resource.__table__.alias("one")
        mine = owns_network(one.c.network_id, viewer) | in_group(one.c.group_id, viewer)
        shared = (one.c.audience == Audience.NETWORK.value) & in_network(one.c.network_id, viewer)
        return walls.looked_up(one, one.c.id == walls.column(cls, "resource_id"), mine | shared)


class ResourceVersion(OfResource, Base):
    """What a resource was from one day on, and what changed. `file_number`: the version that brought its file, which
    the next ones may keep; the bytes are apart, since lists never need them."""

    __tablename__ = "resource_version"

    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    changed: Mapped[str] = mapped_column(String(300), default="")
    file_number: Mapped[int | None]
    file_name: Mapped[str | None] = mapped_column(String(120))
    media_type: Mapped[str | None] = mapped_column(String(40))
    size: Mapped[int | None]
    excerpt: Mapped[str] = mapped_column(String(EXCERPT), default="", server_default="")


class ResourceFile(OfResource, Base):
    """The bytes of a version, checked and made anew before they came here."""

    __tablename__ = "resource_file"

    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class ResourceUse(OfResource, Base):
    """An organisation that uses a resource, as one of its people said."""

    __tablename__ = "resource_use"

    resource_id: Mapped[UUID] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    @classmethod
    def door(cls, viewer: Viewer) -> ColumnElement[bool]:
        """For one's own organisation."""
        return (cls.org_id == viewer.org_id) & cls.wall(viewer)
