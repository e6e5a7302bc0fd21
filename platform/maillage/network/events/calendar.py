"""Sessions as calendars read them: the title of the course, the place, no word about anybody."""

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.network.events.codes import KINDS, Mode, Seat, State
from maillage.network.events.models import Course, Event, Registration
from maillage.notifications.calendar import CalendarEntry


def entries(session: Session, user_id: UUID, org_ids: Collection[UUID], since: datetime) -> Iterator[CalendarEntry]:
    """The dates of the sessions in which this person has a place."""
    rows = session.execute(
        select(Event, Course)
        .join(Course, Course.id == Event.course_id)
        .join(Registration, Registration.event_id == Event.id)
        .where(Registration.user_id == user_id, Registration.org_id.in_(list(org_ids)))
        .where(Registration.state == Seat.SEATED, Event.ends_at >= since)
    )
    for event, course in rows:
        yield from entries_of(event, course)


def entries_of(event: Event, course: Course) -> Iterator[CalendarEntry]:
    """One entry for each date of a session; its remote room stays behind the link."""
    for number, (start, end) in enumerate(event.spans, 1):
        yield CalendarEntry(
            uid=f"event-{event.id}-{number}@maillage",
            start=start,
            end=end,
            title=f"{KINDS[course.kind]} · {course.title} (Maillage)",
            place="À distance" if event.mode == Mode.REMOTE else event.place,
            link=f"/reseau/formations/{event.id}",
            sequence=event.sequence,
            cancelled=event.state == State.CANCELLED,
        )
