"""What every verb does first and last: take the meeting if it may, move it if it still stands there."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from maillage.kernel import audit
from maillage.kernel.actor import Actor
from maillage.kernel.errors import Conflict, Forbidden
from maillage.network.meetings import policy
from maillage.network.meetings.codes import TRANSITIONS, Act, Event
from maillage.network.meetings.models import Meeting
from maillage.network.meetings.queries.meetings import find, stance
from maillage.network.wording.checks import check

STALE = "La réunion a changé entre-temps. Rechargez la page pour voir où elle en est."


def take(session: Session, actor: Actor, meeting_id: UUID, act: Act) -> Meeting:
    """The meeting, held until the commit. Raises NotFound, Forbidden, Conflict."""
    meeting = find(session, meeting_id, lock=True)
    policy.check(stance(session, actor, meeting.group_id), meeting, act)
    return meeting


def step(session: Session, actor: Actor, meeting: Meeting, event: Event, **values: Any) -> None:
    """Take a meeting along one row of the table, if it is still where it was read. Raises Conflict."""
    row = TRANSITIONS[event]
    done = session.execute(
        update(Meeting)
        .where(Meeting.id == meeting.id, Meeting.state.in_(row.froms), Meeting.version == meeting.version)
        .values(state=row.to, version=meeting.version + 1, **values)
    )
    assert isinstance(done, CursorResult)
    if done.rowcount != 1:
        raise Conflict(STALE)
    audit.record(session, actor, f"meeting.{event}", "meeting", meeting.id)


def ensure_version(meeting: Meeting, version: int | None) -> None:
    """Raises Conflict when the page was made from an earlier one."""
    if version is not None and version != meeting.version:
        raise Conflict(STALE)


def ensure_kept(texts: Mapping[str, str]) -> None:
    """Raises Invalid beside what no text of a network may hold. Names raise no doubt: minutes say who does what."""
    check(texts, nobody=True)


def own_id(actor: Actor) -> UUID:
    """Who acts, as a person. Raises Forbidden for a program of nobody."""
    if actor.user_id is None:
        raise Forbidden()
    return actor.user_id
