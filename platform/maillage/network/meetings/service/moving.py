"""What changes once a meeting is called: where it is, when it is, or that it is off. Calendars are told each time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from maillage.kernel import audit
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Invalid
from maillage.network.meetings import policy
from maillage.network.meetings.codes import Act, Event, State
from maillage.network.meetings.models import Meeting, MeetingGuest, MeetingSeat
from maillage.network.meetings.notices import Occasion
from maillage.network.meetings.service.guests import write_again
from maillage.network.meetings.service.planning import Plan, check_plan
from maillage.network.meetings.service.taking import ensure_kept, ensure_version, step, take
from maillage.network.meetings.service.telling import tell


def change(actor: Actor, *, meeting_id: UUID, plan: Plan, version: int | None = None) -> None:
    """Say anew what a meeting is about and where it is held. Those who come are told when the place changes."""
    check_plan(plan)
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.CHANGE)
        ensure_version(meeting, version)
        elsewhere = (meeting.place, meeting.room_url) != (plan.place, plan.room_url)
        meeting.title, meeting.place, meeting.room_url = plan.title, plan.place, plan.room_url
        meeting.minutes_long = plan.minutes_long
        meeting.version, meeting.sequence = meeting.version + 1, meeting.sequence + 1
        audit.record(session, actor, "meeting.change", "meeting", meeting.id)
        if elsewhere and meeting.state == State.PLANNED:
            tell(session, actor, meeting, Occasion.MOVED)
            write_again(session, meeting, Occasion.MOVED)


def move(actor: Actor, *, meeting_id: UUID, at: datetime, reason: str = "", version: int | None = None) -> None:
    """Hold a meeting on another date: everybody is told and asked again. Raises Invalid."""
    if wrong := policy.date_refusal(at):
        raise Invalid(fields={"at": wrong})
    ensure_kept({"reason": reason})
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.MOVE)
        ensure_version(meeting, version)
        if meeting.starts_at == at:
            raise Invalid(fields={"at": "C’est déjà la date de la réunion."})
        step(session, actor, meeting, Event.MOVE, starts_at=at, reason=reason, sequence=meeting.sequence + 1)
        _ask_again(session, meeting)
        tell(session, actor, meeting, Occasion.MOVED)
        write_again(session, meeting, Occasion.MOVED)


def cancel(actor: Actor, *, meeting_id: UUID, reason: str) -> None:
    """Call a meeting off, with a word for those who would have come."""
    ensure_kept({"reason": reason})
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.CANCEL)
        step(session, actor, meeting, Event.CANCEL, reason=reason, sequence=meeting.sequence + 1)
        tell(session, actor, meeting, Occasion.CANCELLED)
        write_again(session, meeting, Occasion.CANCELLED)


def _ask_again(session: Session, meeting: Meeting) -> None:
    """What was announced held for another day."""
    session.execute(update(MeetingSeat).where(MeetingSeat.meeting_id == meeting.id).values(said=None, stand_in=""))
    session.execute(
        update(MeetingGuest)
        .where(MeetingGuest.meeting_id == meeting.id)
        .values(said=None, stand_in="", expires_at=policy.link_lasts_until(meeting))
    )
