"""The points of a meeting: in the order of the lead, and those that wait for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.queries import user_names
from maillage.network.meetings.models import MeetingItem


@dataclass(frozen=True, slots=True)
class Point:
    id: UUID
    title: str
    lasts: int | None
    position: int | None
    set_aside: bool
    proposed_by: str
    notes: str


@dataclass(frozen=True, slots=True)
class Agenda:
    """`ordered`: the agenda itself; `proposed`: what members ask for besides; `left`: what is not for this time."""

    ordered: Sequence[Point]
    proposed: Sequence[Point]
    left: Sequence[Point]

    @property
    def lasts(self) -> int:
        """Minutes in all, as far as they are told."""
        return sum(point.lasts or 0 for point in self.ordered)

    @property
    def points(self) -> list[Point]:
        return [*self.ordered, *self.proposed, *self.left]


def agenda(session: Session, meeting_id: UUID) -> Agenda:
    """Two statements."""
    rows = session.scalars(
        select(MeetingItem).where(MeetingItem.meeting_id == meeting_id).order_by(MeetingItem.position, MeetingItem.id)
    ).all()
    names = user_names(session, {row.proposed_by for row in rows})
    points = [
        Point(row.id, row.title, row.lasts, row.position, row.set_aside, names.get(row.proposed_by, ""), row.notes)
        for row in rows
    ]
    standing = [point for point in points if not point.set_aside]
    return Agenda(
        ordered=[point for point in standing if point.position is not None],
        proposed=[point for point in standing if point.position is None],
        left=[point for point in points if point.set_aside],
    )
