"""Minutes: written by who animates, published to the group, approved by it."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Invalid, NotFound
from maillage.kernel.ids import new_id
from maillage.network.meetings.codes import Act, Event
from maillage.network.meetings.models import MeetingDecision, MeetingItem
from maillage.network.meetings.notices import Occasion
from maillage.network.meetings.queries.minutes import minutes
from maillage.network.meetings.service.taking import ensure_kept, ensure_version, step, take
from maillage.network.meetings.service.telling import tell


def write(
    actor: Actor, *, meeting_id: UUID, summary: str, notes: Mapping[UUID, str], version: int | None = None
) -> None:
    """Write what was said, in all and on each point. Raises Conflict when somebody else wrote meanwhile."""
    ensure_kept({"summary": summary} | {f"notes_{item_id.hex}": text for item_id, text in notes.items()})
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.WRITE)
        ensure_version(meeting, version)
        meeting.summary, meeting.version = summary, meeting.version + 1
        for item in session.scalars(select(MeetingItem).where(MeetingItem.meeting_id == meeting.id)):
            item.notes = notes.get(item.id, item.notes)
        audit.record(session, actor, "meeting.write", "meeting", meeting.id)


def decide(actor: Actor, *, meeting_id: UUID, text: str) -> UUID:
    """Write down a decision."""
    ensure_kept({"text": text})
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.WRITE)
        decision = MeetingDecision(id=new_id(), meeting_id=meeting.id, group_id=meeting.group_id, text=text)
        session.add(decision)
        audit.record(session, actor, "meeting.decide", "meeting", meeting.id)
        return decision.id


def take_back(actor: Actor, *, meeting_id: UUID, decision_id: UUID) -> None:
    """Strike a decision that was noted by mistake, as long as the minutes are not published."""
    with transaction() as session:
        decision = session.get(MeetingDecision, decision_id)
        if decision is None or decision.meeting_id != meeting_id:
            raise NotFound()
        meeting = take(session, actor, meeting_id, Act.WRITE)
        session.delete(decision)
        audit.record(session, actor, "meeting.take_back", "meeting", meeting.id)


def publish(actor: Actor, *, meeting_id: UUID) -> None:
    """Let the group read the minutes. Raises Invalid for empty ones."""
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.PUBLISH)
        found = minutes(session, meeting)
        noted = session.scalar(
            select(MeetingItem.id).where(MeetingItem.meeting_id == meeting.id, MeetingItem.notes != "")
        )
        if not (meeting.summary or noted or found.decisions or found.tasks):
            raise Invalid("Écrivez d’abord ce qui a été dit, décidé ou confié.")
        step(session, actor, meeting, Event.PUBLISH, published_at=clock.now())
        tell(session, actor, meeting, Occasion.MINUTES)


def reopen(actor: Actor, *, meeting_id: UUID) -> None:
    """Take minutes back to correct them: until they are published again, members read them no more."""
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.REOPEN)
        step(session, actor, meeting, Event.REOPEN, published_at=None)


def approve(actor: Actor, *, meeting_id: UUID) -> None:
    """Note that the group approved the minutes: nobody changes them from now on."""
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.APPROVE)
        step(session, actor, meeting, Event.APPROVE, approved_at=clock.now())
