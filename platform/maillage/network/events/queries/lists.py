"""Sessions to come, one's own, and the catalogue."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.network.events.codes import Seat, State
from maillage.network.events.models import Course, Event, Registration
from maillage.network.groups.models import Audience, Network
from maillage.network.groups.policy import coordinates
from maillage.network.groups.queries import my_groups

MOST: Final = 60


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


def coming(session: Session, actor: Actor, network: Network, group_id: UUID | None = None) -> list[EventLine]:
    """Sessions to come that the actor may know of, the next first; of one group and its whole network with
    `group_id`. Two statements."""
    shown = _shown(session, actor, network)
    rows = _lines(actor).where(*shown, Event.ends_at > clock.now(), Event.state != State.HELD)
    if group_id is not None:
        rows = rows.where(or_(Event.group_id == group_id, Event.audience == Audience.NETWORK))
    return _read(session, rows.order_by(Event.starts_at, Event.id))


def line(session: Session, actor: Actor, event_id: UUID) -> EventLine | None:
    """One session as lists show it; None where it is not for the actor. One statement."""
    return next(iter(_read(session, _lines(actor).where(Event.id == event_id))), None)


def mine(session: Session, actor: Actor) -> list[EventLine]:
    """The sessions that the actor had a place in, the latest first."""
    rows = _lines(actor).where(Registration.state == Seat.SEATED, Event.state == State.HELD)
    return _read(session, rows.order_by(Event.starts_at.desc(), Event.id))


def sessions_of(session: Session, actor: Actor, course: Course, network: Network) -> list[EventLine]:
    """The sessions of one course that the actor may know of, the latest first."""
    rows = _lines(actor).where(*_shown(session, actor, network), Event.course_id == course.id)
    return _read(session, rows.order_by(Event.starts_at.desc(), Event.id))


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


def _lines(actor: Actor) -> Select[*tuple[Event, str, str, str]]:
    own = and_(
        Registration.event_id == Event.id,
        Registration.user_id == actor.user_id,
        Registration.state != Seat.GIVEN_BACK,
    )
    return (
        select(Event, Course.title, Course.kind, Registration.state)
        .join(Course, Course.id == Event.course_id)
        .outerjoin(Registration, own)
    )


def _shown(session: Session, actor: Actor, network: Network) -> list[ColumnElement[bool]]:
    """What is being prepared is for those who prepare it."""
    if coordinates(actor, network.org_id):
        return [Event.network_id == network.id]
    led = [group.id for group in my_groups(session, actor) if group.is_lead]
    return [Event.network_id == network.id, or_(Event.state != State.DRAFT, Event.group_id.in_(led))]


def _read(session: Session, rows: Select[*tuple[Event, str, str, str]]) -> list[EventLine]:
    return [EventLine(event, title, kind, seat or "") for event, title, kind, seat in session.execute(rows.limit(MOST))]
