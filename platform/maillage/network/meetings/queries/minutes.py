"""What was decided and entrusted, and what is still to be done in a group."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from maillage.accounts.queries import user_names
from maillage.kernel.errors import NotFound
from maillage.network.meetings.codes import TOLD, ActionState
from maillage.network.meetings.models import Meeting, MeetingAction, MeetingDecision
from maillage.network.meetings.queries.people import GONE

_STILL: Final = (
    MeetingAction.group_id == bindparam("group_id"),
    MeetingAction.state == ActionState.OPEN,
    Meeting.state.in_(TOLD),
)
_HOW_MANY: Final = (
    select(func.count()).select_from(MeetingAction).join(Meeting, Meeting.id == MeetingAction.meeting_id).where(*_STILL)
)


@dataclass(frozen=True, slots=True)
class Task:
    """One action, with whose it is. `decided_at`: the meeting that entrusted it."""

    id: UUID
    meeting_id: UUID
    what: str
    owner_id: UUID
    owner: str
    due_on: date
    state: str
    word: str
    closed_at: datetime | None
    decided_at: datetime | None

    @property
    def open(self) -> bool:
        return self.state == ActionState.OPEN


@dataclass(frozen=True, slots=True)
class Minutes:
    """`followed`: what earlier meetings had left open, as it stood when this one was held."""

    decisions: Sequence[MeetingDecision]
    tasks: Sequence[Task]
    followed: Sequence[Task]


def action(session: Session, action_id: UUID, *, lock: bool = False) -> MeetingAction:
    """Raises NotFound for an unknown one and for one of another group alike."""
    found = session.get(MeetingAction, action_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound()
    return found


def minutes(session: Session, meeting: Meeting) -> Minutes:
    decisions = session.scalars(
        select(MeetingDecision).where(MeetingDecision.meeting_id == meeting.id).order_by(MeetingDecision.id)
    ).all()
    earlier = _tasks(session, MeetingAction.group_id == meeting.group_id, Meeting.state.in_(TOLD))
    return Minutes(
        decisions,
        _tasks(session, MeetingAction.meeting_id == meeting.id),
        [task for task in earlier if _awaited_by(task, meeting)],
    )


def open_tasks(session: Session, group_id: UUID) -> list[Task]:
    """What the group knows that it has still to do, the earliest due first."""
    return _tasks(session, *_STILL, group_id=group_id)


def how_many_open(session: Session, group_id: UUID) -> int:
    """How much that is."""
    return session.scalar(_HOW_MANY, {"group_id": group_id}) or 0


def _tasks(session: Session, *which: ColumnElement[bool], **values: UUID) -> list[Task]:
    rows = session.execute(
        select(MeetingAction, Meeting.starts_at)
        .join(Meeting, Meeting.id == MeetingAction.meeting_id)
        .where(*which)
        .order_by(MeetingAction.due_on, MeetingAction.id),
        values,
    ).all()
    names = user_names(session, {row.MeetingAction.owner_id for row in rows})
    return list(_read(((row.MeetingAction, row.starts_at) for row in rows), names))


def _read(rows: Iterable[tuple[MeetingAction, datetime | None]], names: dict[UUID, str]) -> Iterable[Task]:
    for it, decided_at in rows:
        owner = names.get(it.owner_id, GONE)
        yield Task(
            it.id, it.meeting_id, it.what, it.owner_id, owner, it.due_on, it.state, it.word, it.closed_at, decided_at
        )


def _awaited_by(task: Task, meeting: Meeting) -> bool:
    if task.meeting_id == meeting.id or task.decided_at is None or meeting.starts_at is None:
        return False
    return task.decided_at < meeting.starts_at and (task.closed_at is None or task.closed_at >= meeting.starts_at)
