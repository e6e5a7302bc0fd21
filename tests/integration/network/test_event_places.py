"""Places: exactly their number wins, the rest waits in its order, and what is given back goes to the next."""

import pytest
from flask import Flask
from sqlalchemy import select

from factories.learning import AT_ONCE, Room, a_plan, make_event, sign_up_at_once, standing, stored, together
from maillage.kernel import audit, jobs
from maillage.kernel.actor import Actor
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Invalid
from maillage.network.events import service
from maillage.network.events.codes import Act, Seat
from maillage.notifications.models import Notification


def told(kind: str) -> set[object]:
    jobs.drain()
    session().rollback()
    return set(session().scalars(select(Notification.user_id).where(Notification.kind == kind)))


def test_fifty_sign_up_at_once(app: Flask) -> None:
    """As many as there are places have one, those of the first numbers; the others wait, in the order of theirs. Twenty
    rounds of it are measured apart (`tests/bench/test_places.py`)."""
    room = Room(AT_ONCE)
    for places in (1, 17):
        sign_up_at_once(app, room, places)
    assert list(audit.verify(session())) == []


def test_those_who_leave_at_once_make_room_for_those_who_wait(app: Flask) -> None:
    room = Room(30)
    event_id = make_event(room.lead, room.group.id, places=10)
    for actor in room.people:
        service.sign_up(actor, event_id=event_id)
    leaving = [*room.people[:6], *room.people[12:15]]
    assert together(app, leaving, lambda actor: service.give_back(actor, event_id=event_id)) == {"None": 9}
    rows = standing(event_id)
    left = [actor.user_id for actor in room.people if actor not in leaving]
    assert [row.user_id for row in rows] == left
    assert [row.state for row in rows] == [Seat.SEATED] * 10 + [Seat.WAITING] * 11
    event = stored(event_id)
    assert (event.taken, event.waiting) == (10, 11)
    moved_up = {row.user_id for row in rows[:10]} - {actor.user_id for actor in room.people[:10]}
    assert len(moved_up) == 6 and moved_up <= told("event.seated")


def test_one_person_who_presses_many_times_is_in_once(app: Flask) -> None:
    room = Room(1)
    event_id = make_event(room.lead, room.group.id)
    ended = together(app, room.people * 8, lambda actor: service.sign_up(actor, event_id=event_id))
    assert ended == {"seated": 1, "Conflict": 7}
    assert stored(event_id).taken == 1
    with pytest.raises(Conflict, match="déjà inscrit"):
        service.sign_up(room.people[0], event_id=event_id)
    service.give_back(room.people[0], event_id=event_id)
    assert service.sign_up(room.people[0], event_id=event_id) is Seat.SEATED, "who left may come back"


def test_the_next_moves_up_and_is_told_and_nobody_else(app: Flask) -> None:
    room = Room(4)
    event_id = make_event(room.lead, room.group.id, places=2)
    seats = [service.sign_up(actor, event_id=event_id) for actor in room.people]
    assert seats == ["seated", "seated", "waiting", "waiting"]
    service.give_back(room.people[0], event_id=event_id)
    assert told("event.seated") == {room.people[2].user_id}
    service.give_back(room.people[3], event_id=event_id)
    with pytest.raises(Conflict, match="n’êtes pas inscrit"):
        service.give_back(room.people[3], event_id=event_id)
    assert told("event.seated") == {room.people[2].user_id}
    assert (stored(event_id).taken, stored(event_id).waiting) == (2, 0)


def test_more_places_go_to_those_who_wait_and_fewer_than_are_taken_are_refused(app: Flask) -> None:
    room = Room(5)
    event_id = make_event(room.lead, room.group.id, places=2)
    for actor in room.people:
        service.sign_up(actor, event_id=event_id)
    same = stored(event_id).spans
    service.change(room.lead, event_id=event_id, content=a_plan(places=4, spans=tuple(same)), version=None)
    assert told("event.seated") == {room.people[2].user_id, room.people[3].user_id}
    assert told("event.moved") == set(), "neither its date nor its place changed"
    with pytest.raises(Invalid) as refused:
        service.change(room.lead, event_id=event_id, content=a_plan(places=3, spans=tuple(same)), version=None)
    assert refused.value.fields == {"places": "4 personnes ont déjà une place."}


def test_closing_and_signing_up_at_once_leave_no_late_comer(app: Flask) -> None:
    room = Room(12)
    event_id = make_event(room.lead, room.group.id, places=50)

    def deed(actor: Actor) -> object:
        if actor is room.lead:
            return service.move(actor, event_id=event_id, act=Act.CLOSE)
        return service.sign_up(actor, event_id=event_id)

    ended = together(app, [*room.people, room.lead], deed)
    assert ended["seated"] == stored(event_id).taken == len(standing(event_id))
    assert ended["seated"] + ended["Conflict"] == 12 and ended["None"] == 1
