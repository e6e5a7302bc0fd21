"""Which meetings a group has, and what an actor is there."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.errors import NotFound
from maillage.network.groups.policy import Deed
from maillage.network.groups.queries import standing
from maillage.network.meetings import policy
from maillage.network.meetings.codes import State, Who
from maillage.network.meetings.models import Meeting

_AHEAD: Final = (State.POLLING, State.PLANNED)
_SHOWN: Final = 30
_OF_GROUP: Final = select(Meeting).where(Meeting.group_id == bindparam("group_id"))
_TO_COME: Final = _OF_GROUP.where(Meeting.state.in_(_AHEAD))
_OVER: Final = (
    _OF_GROUP.where(Meeting.state.not_in(_AHEAD)).order_by(Meeting.starts_at.desc(), Meeting.id.desc()).limit(_SHOWN)
)


@dataclass(frozen=True, slots=True)
class Listed:
    """`ahead`: what is to come, the nearest first; `past`: the latest first."""

    ahead: list[Meeting]
    past: list[Meeting]


def find(session: Session, meeting_id: UUID, *, lock: bool = False) -> Meeting:
    """Raises NotFound for an unknown one and for one of another group alike."""
    found = session.get(Meeting, meeting_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound()
    return found


def stance(session: Session, actor: Actor, group_id: UUID) -> Who:
    """What somebody is in the group. Raises NotFound to whom it does not exist for."""
    return Who.LEAD if standing(session, actor, group_id).may(Deed.ANIMATE) else Who.MEMBER


def listed(session: Session, group_id: UUID) -> Listed:
    here = {"group_id": group_id}
    return Listed(sorted(session.scalars(_TO_COME, here), key=_nearest), list(session.scalars(_OVER, here)))


def next_meeting(session: Session, group_id: UUID) -> Meeting | None:
    """The one whose date comes first and is not over; else one whose date is being looked for."""
    now = clock.now()
    awaited = [
        it
        for it in session.scalars(_TO_COME, {"group_id": group_id})
        if (end := policy.ends_at(it)) is None or end >= now
    ]
    return min(awaited, key=_nearest, default=None)


def _nearest(meeting: Meeting) -> tuple[bool, float]:
    at = meeting.starts_at
    return at is None, at.timestamp() if at else meeting.created_at.timestamp()
