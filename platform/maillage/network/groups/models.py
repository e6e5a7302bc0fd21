"""Networks, their companies and their groups; and the walls of whatever belongs to one of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, ScalarSelect, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock, walls
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import Id, Viewer, Walled


class Audience(StrEnum):
    """Whom something that a group wrote is for."""

    GROUP = "group"
    NETWORK = "network"


class EntryKind(StrEnum):
    """How somebody comes into a group: they ask, or are asked."""

    REQUEST = "request"
    INVITATION = "invitation"


class Answer(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Network(Base):
    """Companies that work together, and `org_id` whose coordinators animate them."""

    __tablename__ = "network"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class NetworkCompany(Walled, Base):
    """An organisation of the network, from `since`; one that left keeps its row."""

    __tablename__ = "network_company"
    __table_args__ = (Index("ix_network_company_org_id", "org_id"),)

    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id"), primary_key=True)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        return (cls.org_id == viewer.org_id) | owns_network(cls.network_id, viewer)

    @classmethod
    def door(cls, viewer: Viewer) -> ColumnElement[bool]:
        return owns_network(cls.network_id, viewer)


class Group(Walled, Base):
    """People of a network who work together: those of a territory, or round a theme when it has none."""

    __tablename__ = "peer_group"
    __table_args__ = (Index("ix_peer_group_network_id", "network_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id"))
    name: Mapped[str] = mapped_column(String(80))
    territory: Mapped[str | None] = mapped_column(String(24))  # a token of directory.territories
    welcome: Mapped[str] = mapped_column(String(2000), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        """Its name is known to the companies of its network: their people may ask to join."""
        network_id = walls.column(cls, "network_id")
        return company_of(network_id, viewer) | owns_network(network_id, viewer) | in_group(cls.id, viewer)

    @classmethod
    def door(cls, viewer: Viewer) -> ColumnElement[bool]:
        """The coordination opens groups; its leads change theirs."""
        return owns_network(walls.column(cls, "network_id"), viewer) | in_group(cls.id, viewer)


class GroupMember(Walled, Base):
    """Somebody in a group, for their organisation, from `since`; leaving it says `until` and keeps the row.

    A person reaches their own rows: those of the others are read by `queries`, for who is in the group.
    """

    __tablename__ = "group_member"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("peer_group.id"))
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    is_lead: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    welcomed: Mapped[list[str]] = mapped_column(JSON, default=list)  # steps of the welcome that are done

    __table_args__ = (
        Index(
            "uq_group_member_active",
            "group_id",
            "user_id",
            unique=True,
            sqlite_where=until.is_(None),
            postgresql_where=until.is_(None),
        ),
        Index("ix_group_member_user_id_org_id", "user_id", "org_id"),
        Index("ix_group_member_network_id_org_id", "network_id", "org_id"),
        Index("ix_group_member_group_id", "group_id"),
    )

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        own = (cls.user_id == viewer.user_id) & (cls.org_id == viewer.org_id)
        return own | owns_network(cls.network_id, viewer)

    @classmethod
    def door(cls, viewer: Viewer) -> ColumnElement[bool]:
        """Nobody lets themselves in: what was asked and granted is written by `service.joining`."""
        return owns_network(cls.network_id, viewer)


def owns_network(network_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    return network_id == _owned(viewer)


def in_group(group_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    return group_id.in_(seated(viewer))


def leads_group(group_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    return group_id.in_(seated(viewer, leading=True))


def in_network(network_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    """In one of its groups."""
    seat = GroupMember.__table__.alias("seat")
    return network_id.in_(select(seat.c.network_id).where(*_active(seat, viewer)))


def company_of(network_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    """For one of its companies."""
    company = NetworkCompany.__table__.alias("company")
    here = company.c.org_id == viewer.org_id, company.c.until.is_(None)
    return network_id.in_(select(company.c.network_id).where(*here))


def over_group(group_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    """For the organisation that coordinates the network of the group."""
    group = Group.__table__.alias("one")
    return group_id.in_(select(group.c.id).where(group.c.network_id == _owned(viewer)))


def seated(viewer: Viewer, *, leading: bool = False) -> Select[Any]:
    """The groups where the viewer is now. Nothing here looks at the row in question: asked of each row anew, it was
    planned twice over at each level of the walls, which took PostgreSQL longer than reading."""
    seat = GroupMember.__table__.alias("seat")
    groups = select(seat.c.group_id).where(*_active(seat, viewer))
    return groups.where(seat.c.is_lead) if leading else groups


def _owned(viewer: Viewer) -> ScalarSelect[Any]:
    """The network that the viewer's organisation coordinates: one at most."""
    owned = Network.__table__.alias("owned")
    return select(owned.c.id).where(owned.c.org_id == viewer.org_id).scalar_subquery()


def _active(seat: object, viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    columns = seat.c  # type: ignore[attr-defined]
    return columns.user_id == viewer.user_id, columns.org_id == viewer.org_id, columns.until.is_(None)


class OfGroup(Walled):
    """Rows with a `group_id`: for those who are in the group now, and those who coordinate its network."""

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        group_id = walls.column(cls, "group_id")
        return in_group(group_id, viewer) | over_group(group_id, viewer)


class OfNetwork(Walled):
    """Rows with a `network_id`: for those who are in one of its groups now, and those who coordinate it."""

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        network_id = walls.column(cls, "network_id")
        return in_network(network_id, viewer) | owns_network(network_id, viewer)


class OfAudience(Walled):
    """Rows with a `network_id`, the `group_id` that wrote them (None: the coordination) and an `audience`."""

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        shared = walls.column(cls, "audience") == Audience.NETWORK.value
        return cls.door(viewer) | (shared & in_network(walls.column(cls, "network_id"), viewer))

    @classmethod
    def door(cls, viewer: Viewer) -> ColumnElement[bool]:
        inside = in_group(walls.column(cls, "group_id"), viewer)
        return inside | owns_network(walls.column(cls, "network_id"), viewer)


class GroupEntry(Walled, Base):
    """Somebody who asked to join a group, or was asked to; open until `answered_at`."""

    __tablename__ = "group_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("peer_group.id"))
    kind: Mapped[str] = mapped_column(String(12))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    words: Mapped[str] = mapped_column(String(300), default="")
    by_user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    answer: Mapped[str | None] = mapped_column(String(12))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))

    __table_args__ = (
        Index(
            "uq_group_entry_open",
            "group_id",
            "user_id",
            unique=True,
            sqlite_where=answered_at.is_(None),
            postgresql_where=answered_at.is_(None),
        ),
        Index("ix_group_entry_user_id", "user_id"),
    )

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        own = (cls.user_id == viewer.user_id) & (cls.org_id == viewer.org_id)
        return own | in_group(cls.group_id, viewer) | over_group(cls.group_id, viewer)
