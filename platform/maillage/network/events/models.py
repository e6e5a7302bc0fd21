"""What is taught in a network: a catalogue, its sessions, who signed up, what is handed out, what is wanted."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    exists,
)
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock, walls
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import Id, Viewer, Walled
from maillage.network.events.codes import CourseKind, Mode, Seat, State
from maillage.network.groups.models import Audience, OfAudience, leads_group, owns_network

_NETWORK, _GROUP, _USER, _ORG, _EVENT = "network.id", "peer_group.id", "user_account.id", "organization.id", "event.id"
SUBJECT = "event_material"


class Course(OfAudience, Base):
    """What may be held again and again: its aims and programme, without a date. A colloquium is one too."""

    __tablename__ = "course"
    __table_args__ = (Index("ix_course_network_id_title", "network_id", "title"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    network_id: Mapped[UUID] = mapped_column(ForeignKey(_NETWORK))
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey(_GROUP))
    audience: Mapped[str] = mapped_column(String(8), default=Audience.NETWORK)
    kind: Mapped[str] = mapped_column(String(12), default=CourseKind.TRAINING)
    title: Mapped[str] = mapped_column(String(160))
    aims: Mapped[str] = mapped_column(Text, default="")
    public: Mapped[str] = mapped_column(String(500), default="")
    programme: Mapped[str] = mapped_column(Text, default="")
    trainer: Mapped[str] = mapped_column(String(200), default="")
    created_by: Mapped[UUID] = mapped_column(ForeignKey(_USER))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Event(OfAudience, Base):
    """A session of a course: dates, a place, places.

    `dates`: pairs of moments, the first of which is `starts_at` and the last `ends_at`. `taken` and `waiting` count the
    registrations, and `last_number` gives them their order; whoever changes them holds this row. `sequence` counts what
    calendars have to be told anew. Of `ratings`, those `unshown` wait until there are enough to tell nobody's apart.
    """

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= places", name="places"),
        Index("ix_event_network_id_starts_at", "network_id", "starts_at"),
        Index("ix_event_state_starts_at", "state", "starts_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"), index=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey(_NETWORK))
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey(_GROUP))
    audience: Mapped[str] = mapped_column(String(8), default=Audience.NETWORK)
    state: Mapped[str] = mapped_column(String(10), default=State.DRAFT)
    mode: Mapped[str] = mapped_column(String(10), default=Mode.IN_PERSON)
    place: Mapped[str] = mapped_column(String(200), default="")
    room_url: Mapped[str] = mapped_column(String(500), default="")
    note: Mapped[str] = mapped_column(String(1000), default="")
    dates: Mapped[list[list[str]]] = mapped_column(JSON)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    places: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    last_number: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    sequence: Mapped[int] = mapped_column(default=0)
    moved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(300), default="")
    ratings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    unshown: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_by: Mapped[UUID] = mapped_column(ForeignKey(_USER))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    @property
    def spans(self) -> list[tuple[datetime, datetime]]:
        return [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in self.dates]


def organizes(network_id: Id, host_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    """A lead of the group that holds the session, or who coordinates the network."""
    return leads_group(host_id, viewer) | owns_network(network_id, viewer)


class OfParticipant(Walled):
    """Rows of one person in a session or in a territory: theirs, and for those who organise. `host_id`: the group that
    holds it, None for the coordination."""

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        own = (walls.column(cls, "user_id") == viewer.user_id) & (walls.column(cls, "org_id") == viewer.org_id)
        return own | organizes(walls.column(cls, "network_id"), walls.column(cls, "host_id"), viewer)


class Registration(OfParticipant, Base):
    """Somebody who signed up, through `group_id`. The waiting list moves in the order of `number`."""

    __tablename__ = "event_registration"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID] = mapped_column(ForeignKey(_EVENT))
    network_id: Mapped[UUID] = mapped_column(ForeignKey(_NETWORK))
    host_id: Mapped[UUID | None] = mapped_column(ForeignKey(_GROUP))
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey(_GROUP))
    user_id: Mapped[UUID] = mapped_column(ForeignKey(_USER))
    org_id: Mapped[UUID] = mapped_column(ForeignKey(_ORG))
    state: Mapped[str] = mapped_column(String(10))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    given_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attended: Mapped[bool | None]
    rated: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        Index(
            "uq_event_registration_active",
            "event_id",
            "user_id",
            unique=True,
            sqlite_where=state != Seat.GIVEN_BACK.value,
            postgresql_where=state != Seat.GIVEN_BACK.value,
        ),
        Index("ix_event_registration_user_id_org_id", "user_id", "org_id"),
    )


class EventMaterial(Walled, Base):
    """A file handed out to those who have a place. Its bytes lie sealed on disk, under a key of its own."""

    __tablename__ = "event_material"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID] = mapped_column(ForeignKey(_EVENT), index=True)
    network_id: Mapped[UUID] = mapped_column(ForeignKey(_NETWORK))
    host_id: Mapped[UUID | None] = mapped_column(ForeignKey(_GROUP))
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    stored: Mapped[UUID] = mapped_column(unique=True)
    added_by: Mapped[UUID] = mapped_column(ForeignKey(_USER))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        return _reads_material(cls, viewer)

    @classmethod
    def door(cls, viewer: Viewer) -> ColumnElement[bool]:
        return organizes(cls.network_id, cls.host_id, viewer)


def _reads_material(row: Any, viewer: Viewer) -> ColumnElement[bool]:
    """`row`: the model, or its table under another name."""
    place = Registration.__table__.alias("place_taken")
    mine = (place.c.user_id == viewer.user_id, place.c.org_id == viewer.org_id, place.c.state == Seat.SEATED.value)
    seated = exists().where(place.c.event_id == row.event_id, *mine).correlate_except(place)
    return seated | organizes(row.network_id, row.host_id, viewer)


@walls.subject(SUBJECT)
def _of_material(material_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    sealed = EventMaterial.__table__.alias("sealed_material")
    return exists().where(sealed.c.id == material_id, _reads_material(sealed.c, viewer)).correlate_except(sealed)


class TrainingNeed(OfParticipant, Base):
    """What somebody would like to learn. `host_id`: the group in whose territory it counts."""

    __tablename__ = "training_need"
    __table_args__ = (
        UniqueConstraint("user_id", "host_id", "theme"),
        Index("ix_training_need_network_id", "network_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    network_id: Mapped[UUID] = mapped_column(ForeignKey(_NETWORK))
    host_id: Mapped[UUID] = mapped_column(ForeignKey(_GROUP))
    user_id: Mapped[UUID] = mapped_column(ForeignKey(_USER))
    org_id: Mapped[UUID] = mapped_column(ForeignKey(_ORG))
    theme: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(String(160), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
