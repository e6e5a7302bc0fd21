"""Courses and sessions for tests, made by the verbs of those who organise them."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from factories.accounts import HASH, actor_of, make_organization, make_user
from factories.network import join, make_group, make_network
from maillage.accounts.models import Membership, User
from maillage.kernel import clock, scope
from maillage.kernel.actor import Actor
from maillage.kernel.db import session, transaction
from maillage.kernel.ids import new_id
from maillage.network.events import service
from maillage.network.events.codes import Act, Seat, State
from maillage.network.events.models import Event, Registration
from maillage.network.events.service import CourseContent, Plan
from maillage.network.groups.models import Group, GroupMember

AT_ONCE: Final = 50


def in_days(days: int, hour: int = 9) -> datetime:
    """That many days from now, on the hour: the same whenever it is asked within one test."""
    return (clock.now() + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)


def a_plan(**overrides: Any) -> Plan:
    start = in_days(30)
    values: dict[str, Any] = {
        "mode": "in_person", "place": "Salle des fêtes, Namur", "room_url": "", "note": "", "places": 2,
        "spans": ((start, start + timedelta(hours=3)),), "audience": "network",
    }  # fmt: skip
    return Plan(**(values | overrides))


def make_course(organizer: Actor, group_id: UUID | None = None, **overrides: Any) -> UUID:
    values: dict[str, Any] = {"kind": "training", "title": "Premier entretien avec un locataire"} | overrides
    return service.add_course(organizer, group_id=group_id, content=CourseContent(**values))


def make_event(
    organizer: Actor, group_id: UUID | None = None, *, course_id: UUID | None = None, open_it: bool = True, **plan: Any
) -> UUID:
    """A session, open to sign-up unless told otherwise."""
    course = course_id or make_course(organizer, group_id)
    event_id = service.plan(organizer, course_id=course, group_id=group_id, content=a_plan(**plan))
    if open_it:
        service.move(organizer, event_id=event_id, act=Act.PUBLISH)
    return event_id


def stored(event_id: UUID) -> Event:
    session().rollback()
    return session().get_one(Event, event_id)


def set_state(event_id: UUID, state: State) -> None:
    with transaction() as tx:
        tx.get_one(Event, event_id).state = state


class Room:
    """A group with its lead and people who want to learn."""

    def __init__(self, people: int) -> None:
        network = make_network()
        self.org = make_organization()
        self.group: Group = make_group(network)
        lead = make_user(self.org, ("lead",))
        join(self.group, lead, self.org, lead=True)
        self.lead = actor_of(lead, self.org)
        names = [(f"eleve{number}@logis.example", f"Élève {number:02}") for number in range(people)]
        users = [User(id=new_id(), email=email, name=name, password_hash=HASH) for email, name in names]
        with transaction() as tx:
            tx.add_all(users)
            tx.flush()
            for user in users:
                tx.add(Membership(user_id=user.id, org_id=self.org.id, roles=["referent"]))
                member = GroupMember(group_id=self.group.id, network_id=network.id, user_id=user.id, org_id=self.org.id)
                tx.add(member)
        any_of_them = actor_of(users[0], self.org)
        self.people = [replace(any_of_them, user_id=user.id, user_name=user.name) for user in users]


def together(app: Flask, actors: Sequence[Actor], deed: Callable[[Actor], object]) -> Counter[str]:
    """Everybody at the same moment, each within their own walls; how it ended, by kind."""
    start, ended = threading.Barrier(len(actors)), list[str]()

    def run(actor: Actor) -> None:
        with app.app_context():
            scope.act_as(actor)
            start.wait()
            try:
                ended.append(str(deed(actor)))
            except Exception as error:
                ended.append(type(error).__name__)

    threads = [threading.Thread(target=run, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(ended)


def sign_up_at_once(app: Flask, room: Room, places: int) -> None:
    """Everybody of the room wants a place of a new session at the same moment: who has one, and who waits."""
    everybody = len(room.people)
    event_id = make_event(room.lead, room.group.id, places=places)
    ended = together(app, room.people, lambda actor: service.sign_up(actor, event_id=event_id))
    seated = min(places, everybody)
    assert +ended == +Counter(seated=seated, waiting=everybody - seated)
    rows = standing(event_id)
    assert [row.number for row in rows] == list(range(1, everybody + 1))
    assert [row.state for row in rows] == [Seat.SEATED] * seated + [Seat.WAITING] * (everybody - seated)
    assert (stored(event_id).taken, stored(event_id).waiting) == (seated, everybody - seated)


def standing(event_id: UUID) -> list[Registration]:
    """Who has a place or waits for one, in the order of their numbers."""
    session().rollback()
    rows = select(Registration).where(Registration.event_id == event_id, Registration.state != Seat.GIVEN_BACK)
    return list(session().scalars(rows.order_by(Registration.number)))
