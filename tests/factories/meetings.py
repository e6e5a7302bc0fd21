"""A group that meets: its lead, two members, and a stranger; meetings in whichever state is wanted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from factories.accounts import actor_of, make_organization, make_user
from factories.network import join, make_group, make_network
from maillage.accounts.models import Organization, User
from maillage.kernel import clock, jobs
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.scope import wide_open
from maillage.network.meetings import service
from maillage.network.meetings.codes import ActionState, State
from maillage.network.meetings.models import Meeting, MeetingAction, MeetingItem
from maillage.network.meetings.service import Plan, telling

PLAN = Plan("Réunion du printemps", "Salle des fêtes, Namur", "https://salle.example/printemps", 120)


@dataclass(frozen=True, slots=True)
class Person:
    user: User
    org: Organization
    actor: Actor


@dataclass(frozen=True, slots=True)
class Circle:
    """Who meets, and somebody who leads a group elsewhere."""

    group_id: UUID
    lead: Person
    member: Person
    other: Person
    coordinator: Person
    stranger: Person


def make_circle() -> Circle:
    umbrella, landlord, elsewhere = (make_organization(kind=kind) for kind in ("umbrella", "landlord", "landlord"))
    network, apart = make_network(umbrella), make_network(elsewhere)
    group, foreign = make_group(network, name="Groupe de Namur"), make_group(apart)
    people = {
        "lead": _person(landlord, ("lead", "referent"), "Pascale Aubry"),
        "member": _person(landlord, ("referent",), "Zoé Martin"),
        "other": _person(landlord, ("referent",), "Yves Colin"),
        "coordinator": _person(umbrella, ("coordinator",), "Carine Lejeune"),
        "stranger": _person(elsewhere, ("lead", "referent"), "Luc Ailleurs"),
    }
    for name in ("lead", "member", "other"):
        join(group, people[name].user, people[name].org, lead=name == "lead")
    join(foreign, people["stranger"].user, people["stranger"].org, lead=True)
    return Circle(group.id, **people)


def soon(days: int = 10) -> datetime:
    return (clock.now() + timedelta(days=days)).replace(microsecond=0)


def make_meeting(circle: Circle, state: State = State.PLANNED, *, at: datetime | None = None) -> UUID:
    """A meeting called by the lead, then put into `state` as it is: what brings there has tests of its own."""
    dates = [soon(10), soon(12), soon(14)] if state is State.POLLING else [soon()]
    with wide_open("a test"):
        meeting_id = service.create(circle.lead.actor, group_id=circle.group_id, plan=PLAN, dates=dates)
        return _put(meeting_id, state, at)


def _put(meeting_id: UUID, state: State, at: datetime | None) -> UUID:
    with transaction() as session:
        meeting = session.get_one(Meeting, meeting_id)
        meeting.state, meeting.starts_at = (
            state,
            at or meeting.starts_at or (None if state is State.POLLING else soon()),
        )
    return meeting_id


def make_action(circle: Circle, meeting_id: UUID, *, owner: Person | None = None, due_on: date | None = None) -> UUID:
    with wide_open("a test"), transaction() as session:
        row = MeetingAction(
            meeting_id=meeting_id, group_id=circle.group_id, what="Écrire au CPAS", state=ActionState.OPEN
        )
        row.owner_id, row.due_on = (owner or circle.member).user.id, due_on or clock.today() + timedelta(days=30)
        session.add(row)
        session.flush()
        return row.id


def make_item(circle: Circle, meeting_id: UUID, title: str = "Impayés", position: int | None = None) -> UUID:
    with wide_open("a test"), transaction() as session:
        row = MeetingItem(meeting_id=meeting_id, group_id=circle.group_id, title=title, position=position)
        row.proposed_by = circle.member.user.id
        session.add(row)
        session.flush()
        return row.id


def _person(org: Organization, roles: tuple[str, ...], name: str) -> Person:
    user = make_user(org, roles, name=name)
    return Person(user, org, actor_of(user, org))


def live_meetings(plant: Callable[[str], str], guest: str) -> None:
    """Bring about everything that is told of meetings, every word of them from `plant`, to members and to a guest."""
    circle = make_circle()
    lead, member = circle.lead.actor, circle.member.user.id
    plan = Plan(plant("Réunion "), plant("Salle "))
    service.create(lead, group_id=circle.group_id, plan=plan, dates=[soon(3), soon(4)])
    meeting_id = service.create(lead, group_id=circle.group_id, plan=plan, dates=[soon(3)])
    service.propose(lead, meeting_id=meeting_id, title=plant("Point "))
    service.invite(lead, meeting_id=meeting_id, name=plant("Léa "), body=plant("CPAS "), email=guest)
    jobs.drain()
    telling.remind(soon(2))
    jobs.drain()
    service.move(lead, meeting_id=meeting_id, at=soon(5), reason=plant("Grève "))
    jobs.drain()
    service.cancel(lead, meeting_id=meeting_id, reason=plant("Neige "))
    held = make_meeting(circle, State.HELD)
    service.write(lead, meeting_id=held, summary=plant("Dit "), notes={})
    service.decide(lead, meeting_id=held, text=plant("Décidé "))
    service.entrust(lead, meeting_id=held, what=plant("Écrire à "), owner_id=member, due_on=soon(9).date())
    service.publish(lead, meeting_id=held)
