"""What is kept of a meeting. Every table has the group of its meeting, which says who reaches its rows."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.network.groups.models import OfGroup
from maillage.network.meetings.codes import ActionState, State

_GROUP, _MEETING, _USER = "peer_group.id", "meeting.id", "user_account.id"


class Meeting(OfGroup, Base):
    """One meeting of a group. `sequence` counts what calendars have to be told anew; `reason` says why it was last
    moved, or cancelled."""

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("starts_at IS NOT NULL OR state IN ('polling', 'cancelled')", name="dated"),
        Index("ix_meeting_group_id_starts_at", "group_id", "starts_at"),
        Index("ix_meeting_state_starts_at", "state", "starts_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    group_id: Mapped[UUID] = mapped_column(ForeignKey(_GROUP))
    title: Mapped[str] = mapped_column(String(120))
    place: Mapped[str] = mapped_column(String(200), default="")
    room_url: Mapped[str] = mapped_column(String(500), default="")
    minutes_long: Mapped[int] = mapped_column(default=120)
    state: Mapped[str] = mapped_column(String(10), default=State.POLLING)
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer_by: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    sequence: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(300), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[UUID] = mapped_column(ForeignKey(_USER))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MeetingDate(OfGroup, Base):
    """One date that a poll proposes."""

    __tablename__ = "meeting_date"
    __table_args__ = (UniqueConstraint("meeting_id", "starts_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(_MEETING))
    group_id: Mapped[UUID] = mapped_column(ForeignKey(_GROUP))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MeetingVote(OfGroup, Base):
    """What one member answers to one date."""

    __tablename__ = "meeting_vote"

    date_id: Mapped[UUID] = mapped_column(ForeignKey("meeting_date.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(_USER), primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey(_GROUP))
    answer: Mapped[str] = mapped_column(String(10))


class MeetingItem(OfGroup, Base):
    """A point of the agenda; without `position`, proposed and not in order yet. `notes`: what the minutes say of it."""

    __tablename__ = "meeting_item"
    __table_args__ = (Index("ix_meeting_item_meeting_id_position", "meeting_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(_MEETING))
    group_id: Mapped[UUID] = mapped_column(ForeignKey(_GROUP))
    title: Mapped[str] = mapped_column(String(160))
    lasts: Mapped[int | None]
    position: Mapped[int | None]
    set_aside: Mapped[bool] = mapped_column(default=False)
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey(_USER))
    notes: Mapped[str] = mapped_column(Text, default="")


class MeetingSeat(OfGroup, Base):
    """What one member announced, and whether they were there."""

    __tablename__ = "meeting_seat"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(_MEETING), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(_USER), primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey(_GROUP))
    said: Mapped[str | None] = mapped_column(String(12))
    stand_in: Mapped[str] = mapped_column(String(120), default="")
    presence: Mapped[str | None] = mapped_column(String(12))


class MeetingGuest(OfGroup, Base):
    """Somebody without an account, invited to this meeting alone. Until the mail leaves, `secret_hash` is of a secret
    that nobody knows; the address is forgotten some time after the meeting. `reminder_hash`: of the link in the
    reminder of this date, beside which the first one goes on opening; None as long as there is to be one."""

    __tablename__ = "meeting_guest"
    __table_args__ = (UniqueConstraint("meeting_id", "email"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(_MEETING))
    group_id: Mapped[UUID] = mapped_column(ForeignKey(_GROUP))
    name: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(String(160), default="")
    email: Mapped[str | None] = mapped_column(String(254))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    reminder_hash: Mapped[str | None] = mapped_column(String(64), unique=True, index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    invited_by: Mapped[UUID] = mapped_column(ForeignKey(_USER))
    said: Mapped[str | None] = mapped_column(String(12))
    stand_in: Mapped[str] = mapped_column(String(120), default="")
    presence: Mapped[str | None] = mapped_column(String(12))
    withdrawn: Mapped[bool] = mapped_column(default=False)


class MeetingDecision(OfGroup, Base):
    """Something that the group decided."""

    __tablename__ = "meeting_decision"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(_MEETING), index=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey(_GROUP))
    text: Mapped[str] = mapped_column(String(500))


class MeetingAction(OfGroup, Base):
    """Something that one member is to do; open ones come back at each following meeting."""

    __tablename__ = "meeting_action"
    __table_args__ = (Index("ix_meeting_action_group_id_state", "group_id", "state"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(_MEETING), index=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey(_GROUP))
    what: Mapped[str] = mapped_column(String(300))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey(_USER))
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(8), default=ActionState.OPEN)
    word: Mapped[str] = mapped_column(String(300), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey(_USER))
