"""Sessions to come, one's own, and the catalogue."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.network.events.codes import Seat, State
from maillage.network.events.models import Course, Event, Registration
from maillage.network.groups.models import Audience, Network
from maillage.network.groups.queries import Standing
from maillage.network.seats import Seats

MOST: Final = 60


_LINES: Final = (
    select(Event, Course.title, Course.kind, func.coalesce(Registration.state, ""))
    .join(Course, Course.id == Event.course_id)
    .outerjoin(
        Registration,
        and_(
            Registration.event_id == Event.id,
            Registration.user_id == bindparam("me"),
            Registration.state != Seat.GIVEN_BACK,
        ),
    )
)
# What is being prepared is for those who prepare it.
_SHOWN: Final = _LINES.where(
    Event.network_id == bindparam("network_id"),
    or_(
        Event.network_id == bindparam("coordinates"),
        Event.state != State.DRAFT,
        Event.group_id.in_(bindparam("leads", expanding=True)),
    ),
)
_COMING: Final = (
    _SHOWN.where(Event.ends_at > bindparam("now"), Event.state != State.HELD)
    .order_by(Event.starts_at, Event.id)
    .limit(bindparam("most"))
)
_COMING_TO: Final = _COMING.where(
    or_(Event.group_id == bindparam("group_id"), Event.audience == Audience.NETWORK), Event.state != State.CANCELLED
)
_ONE: Final = _LINES.where(Event.id == bindparam("event_id"))
_LATEST: Final = Event.starts_at.desc(), Event.id
_OF_COURSE: Final = _SHOWN.where(Event.course_id == bindparam("course_id")).order_by(*_LATEST).limit(MOST)
_MINE: Final = _LINES.where(Registration.state == Seat.SEATED, Event.state == State.HELD).order_by(*_LATEST).limit(MOST)


@dataclass(frozen=True, slots=True)
class EventLine:
    """A session in a list. `seat`: the actor's own, empty without one."""

    event: Event
    title: str
    kind: str
    seat: str


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course of the catalogue. `ahead`: how many of its sessions are open."""

    course: Course
    ahead: int


def coming(session: Session, actor: Actor, network: Network, sits: Seats) -> list[EventLine]:
    """Sessions to come that the actor may know of, the next first; one statement."""
    return _read(session, _COMING, actor, network, sits, now=clock.now(), most=MOST)


def coming_to(session: Session, actor: Actor, stands: Standing, sits: Seats, most: int) -> list[EventLine]:
    """The next of those that a group or its whole network is called to, without what is called off; one statement."""
    known = {"now": clock.now(), "most": most, "group_id": stands.group.id}
    return _read(session, _COMING_TO, actor, stands.network, sits, **known)


def line(session: Session, actor: Actor, event_id: UUID) -> EventLine | None:
    """One session as lists show it; None where it is not for the actor. One statement."""
    row = session.execute(_ONE, {"me": actor.user_id, "event_id": event_id}).one_or_none()
    return EventLine(*row) if row is not None else None


def mine(session: Session, actor: Actor) -> list[EventLine]:
    """The sessions that the actor had a place in, the latest first."""
    return [EventLine(*row) for row in session.execute(_MINE, {"me": actor.user_id})]


def sessions_of(session: Session, actor: Actor, course: Course, network: Network, sits: Seats) -> list[EventLine]:
    """The sessions of one course that the actor may know of, the latest first."""
    return _read(session, _OF_COURSE, actor, network, sits, course_id=course.id)


def catalogue(session: Session, network: Network) -> list[CourseLine]:
    """Everything that may be held in a network and is shown to the actor, by title; one statement."""
    ahead = and_(Event.course_id == Course.id, Event.state == State.OPEN, Event.starts_at > clock.now())
    rows = session.execute(
        select(Course, func.count(Event.id))
        .outerjoin(Event, ahead)
        .where(Course.network_id == network.id, Course.withdrawn_at.is_(None))
        .group_by(Course.id)
        .order_by(Course.title, Course.id)
    )
    return [CourseLine(course, count) for course, count in rows]


def _read(
    session: Session,
    rows: Select[*tuple[Event, str, str, str]],
    actor: Actor,
    network: Network,
    sits: Seats,
    **known: Any,
) -> list[EventLine]:
    known |= {"me": actor.user_id, "network_id": network.id}
    known |= {"coordinates": sits.coordinates, "leads": list(sits.leads)}
    return [EventLine(*row) for row in session.execute(rows, known)]
