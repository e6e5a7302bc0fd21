"""What a network knows of its companies: their sheets and reports, its own words, and who has done what."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock, walls
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import Viewer, Walled
from maillage.network.groups.models import company_of, in_network, owns_network


class Project(StrEnum):
    """Where a company stands with a project of social support."""

    NONE = "none"
    PREPARING = "preparing"
    RUNNING = "running"


class TextKind(StrEnum):
    DEFINITION = "definition"
    NOTE = "note"


class AnswerKind(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    YES_NO = "yes_no"


class OfCompany(Walled):
    """Rows with a `network_id` and an `org_id`: that company's own, and for who coordinates the network."""

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        own = walls.column(cls, "org_id") == viewer.org_id
        return own | owns_network(walls.column(cls, "network_id"), viewer)


class OfWholeNetwork(Walled):
    """Rows with a `network_id` that everybody of the network reads: its companies, the members of its groups."""

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        network_id = walls.column(cls, "network_id")
        return company_of(network_id, viewer) | in_network(network_id, viewer) | owns_network(network_id, viewer)

    @classmethod
    def door(cls, viewer: Viewer) -> ColumnElement[bool]:
        """The coordination writes them."""
        return owns_network(walls.column(cls, "network_id"), viewer)


class CompanySheet(OfCompany, Base):
    """What a company says of itself. `posts` are hundredths of a full-time equivalent."""

    __tablename__ = "company_sheet"

    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id"), primary_key=True)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    dwellings: Mapped[int | None]
    communes: Mapped[int | None]
    posts: Mapped[int | None]
    organisation: Mapped[str] = mapped_column(String(2000), default="")
    team: Mapped[str] = mapped_column(String(1000), default="")
    axes: Mapped[list[str]] = mapped_column(JSON, default=list)
    project: Mapped[str] = mapped_column(String(12), default=Project.NONE)
    project_name: Mapped[str] = mapped_column(String(200), default="")
    agreement_on: Mapped[date | None]
    agreement_ends_on: Mapped[date | None]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))


class OfficialText(OfWholeNetwork, Base):
    """One version of a definition or a note of the network; `text_id` is what its versions have in common."""

    append_only = True

    __tablename__ = "official_text"
    __table_args__ = (UniqueConstraint("text_id", "version"), Index("ix_official_text_network_id", "network_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    text_id: Mapped[UUID]
    version: Mapped[int]
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id"))
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(160))
    body: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(String(300), default="")  # what changed since the version before
    in_force_on: Mapped[date]
    by_user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ReportForm(OfWholeNetwork, Base):
    """What the coordination asks of every company once a year. `questions`: code, label, hint and kind of each; they
    change until it is sent."""

    __tablename__ = "report_form"
    __table_args__ = (Index("ix_report_form_network_id", "network_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id"))
    title: Mapped[str] = mapped_column(String(120))
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    due_on: Mapped[date]
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded: Mapped[int] = mapped_column(default=0)  # how many of the reminders have left
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Report(OfCompany, Base):
    """What one company answers; kept as it is typed, and counted once it is handed in."""

    __tablename__ = "report"

    form_id: Mapped[UUID] = mapped_column(ForeignKey("report_form.id"), primary_key=True)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    handed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))


class Skill(OfWholeNetwork, Base):
    """Something that a person of the network has done, and will tell about."""

    __tablename__ = "skill"
    __table_args__ = (Index("ix_skill_network_id", "network_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    axis: Mapped[str] = mapped_column(String(16), default="")
    words: Mapped[str] = mapped_column(String(400))
    year: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    @classmethod
    def door(cls, viewer: Viewer) -> ColumnElement[bool]:
        """Everybody speaks for themselves."""
        return (cls.user_id == viewer.user_id) & (cls.org_id == viewer.org_id)
