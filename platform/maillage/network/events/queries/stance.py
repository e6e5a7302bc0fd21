"""One course or one session, and who the actor is for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.kernel.errors import Forbidden, NotFound
from maillage.network.events import policy
from maillage.network.events.codes import Act, Seat, Who
from maillage.network.events.models import Course, Event, Registration
from maillage.network.groups.models import Group, GroupMember, Network
from maillage.network.groups.policy import LEAD, coordinates
from maillage.network.groups.queries import network_of


@dataclass(frozen=True, slots=True)
class Stance:
    """A session as the actor stands to it. `seats`: the groups of its network that they are in, and whether they lead
    them; `registration`: their own, unless it was given back."""

    event: Event
    course: Course
    network: Network
    who: Who
    seats: Mapping[UUID, bool]
    registration: Registration | None

    def may(self, act: Act) -> bool:
        return policy.allowed(self.who, self.event.state, act)

    @property
    def has_place(self) -> bool:
        return self.registration is not None and self.registration.state == Seat.SEATED

    @property
    def attended(self) -> bool:
        return self.registration is not None and bool(self.registration.attended)


@dataclass(frozen=True, slots=True)
class Hosts:
    """For whom an actor may add courses and hold sessions: groups by name, and the coordination itself."""

    network: Network
    coordination: bool
    groups: Mapping[UUID, str]

    @property
    def any(self) -> bool:
        return self.coordination or bool(self.groups)

    def ensure(self, group_id: UUID | None) -> None:
        """Raises Forbidden for a host that is not the actor's to choose."""
        if not (self.coordination if group_id is None else group_id in self.groups):
            raise Forbidden("Seule l’animation du groupe peut le faire.")


def stance(session: Session, actor: Actor, event_id: UUID, act: Act = Act.READ) -> Stance:
    """The session, for who may do this with it now; three statements. Raises NotFound, Forbidden, Conflict."""
    row = session.execute(
        select(Event, Course, Network)
        .join(Course, Course.id == Event.course_id)
        .join(Network, Network.id == Event.network_id)
        .where(Event.id == event_id)
    ).one_or_none()
    if row is None:
        raise NotFound()
    event, course, network = row
    seats = _seats(session, actor, network.id)
    who = policy.who_is(actor, owner_id=network.org_id, host_id=event.group_id, audience=event.audience, seats=seats)
    if who is None or not policy.allowed(who, event.state, Act.READ):
        raise NotFound()
    policy.check(who, event, act)
    return Stance(event, course, network, who, seats, _registration(session, actor, event_id))


def stance_of_course(session: Session, actor: Actor, course_id: UUID) -> tuple[Course, Who]:
    """A course of the catalogue, and who the actor is for it. Raises NotFound."""
    row = session.execute(
        select(Course, Network.org_id).join(Network, Network.id == Course.network_id).where(Course.id == course_id)
    ).one_or_none()
    if row is None:
        raise NotFound()
    course, owner_id = row
    seats = _seats(session, actor, course.network_id)
    who = policy.who_is(actor, owner_id=owner_id, host_id=course.group_id, audience=course.audience, seats=seats)
    if who is None:
        raise NotFound()
    return course, who


def hosts(session: Session, actor: Actor) -> Hosts:
    """For whom the actor may organise in their network. Raises NotFound for who takes part in none."""
    network = network_of(session, actor)
    if network is None:
        raise NotFound()
    above = coordinates(actor, network.org_id)
    groups = select(Group.id, Group.name).where(Group.network_id == network.id).order_by(Group.name, Group.id)
    if not above:
        led = [group_id for group_id, leads in _seats(session, actor, network.id).items() if leads]
        groups = groups.where(Group.id.in_(led if actor.can(LEAD) else []))
    return Hosts(network, above, {row.id: row.name for row in session.execute(groups)})


def _seats(session: Session, actor: Actor, network_id: UUID) -> dict[UUID, bool]:
    rows = session.execute(
        select(GroupMember.group_id, GroupMember.is_lead)
        .join(Group, Group.id == GroupMember.group_id)
        .where(GroupMember.network_id == network_id, GroupMember.until.is_(None))
        .where(GroupMember.user_id == actor.user_id, GroupMember.org_id == actor.org_id)
        .order_by(Group.territory.is_(None), Group.name, Group.id)
    )
    return {row.group_id: row.is_lead for row in rows}


def _registration(session: Session, actor: Actor, event_id: UUID) -> Registration | None:
    return session.scalar(
        select(Registration).where(
            Registration.event_id == event_id,
            Registration.user_id == actor.user_id,
            Registration.state != Seat.GIVEN_BACK,
        )
    )
