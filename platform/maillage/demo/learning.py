"""What is taught in the networks of the demonstration: a catalogue, sessions behind and ahead, and what is wanted."""

from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta

from maillage.demo.content import Row, demo_id
from maillage.kernel import clock, jobs
from maillage.kernel.actor import Actor
from maillage.kernel.db import session
from maillage.network.events import queries, service
from maillage.network.events.codes import QUESTIONS, Act
from maillage.network.events.models import Event
from maillage.network.events.service import CourseContent, Plan

ActorOf = Callable[[str], Actor]
ANNOUNCED, SIGNED_UP = timedelta(days=45), timedelta(days=12)


def play(actor_of: ActorOf, courses: Iterable[Row], needs: Iterable[Row]) -> None:
    for row in courses:
        organizer = actor_of(row["by"])
        words = ("kind", "title", "aims", "public", "programme", "trainer", "audience")
        with clock.at(clock.now() - timedelta(days=150)):
            service.add_course(
                organizer,
                group_id=demo_id("group", row["host"]) if row["host"] else None,
                content=CourseContent(**{name: row[name] for name in words}),
                course_id=demo_id("course", row["key"]),
            )
        for number, planned in enumerate(row["sessions"]):
            _session(actor_of, organizer, row, planned, f"{row['key']}-{number}")
    for need in needs:
        themes = {theme: need["words"] for theme in need["themes"]}
        service.set_needs(actor_of(need["user"]), group_id=demo_id("group", need["group"]), themes=themes)
    jobs.drain()


def _session(actor_of: ActorOf, organizer: Actor, course: Row, row: Row, key: str) -> None:
    spans = tuple(_span(row["in_days"] + after, start, end, organizer.country) for after, start, end in row["dates"])
    event_id = demo_id("event", key)
    with clock.at(min(clock.now(), spans[0][0]) - ANNOUNCED):
        service.plan(
            organizer,
            course_id=demo_id("course", course["key"]),
            group_id=demo_id("group", course["host"]) if course["host"] else None,
            content=Plan(
                row["mode"], row["place"], row["room_url"], row["note"], row["places"], spans, course["audience"]
            ),
            event_id=event_id,
        )
        service.move(organizer, event_id=event_id, act=Act.PUBLISH)
    with clock.at(min(clock.now(), spans[0][0]) - SIGNED_UP):
        for user in row["signed_up"]:
            service.sign_up(actor_of(user), event_id=event_id)
    if row["present"]:
        _hold(actor_of, organizer, session().get_one(Event, event_id), row)


def _hold(actor_of: ActorOf, organizer: Actor, event: Event, row: Row) -> None:
    names = {actor_of(user).user_name for user in row["present"]}
    with clock.at(event.ends_at + timedelta(hours=1)):
        present = {place.id for place in queries.roll(session(), event.id) if place.name in names}
        service.record(organizer, event_id=event.id, present=present)
        for user, answers in zip(row["present"], row["opinions"], strict=False):
            service.rate(actor_of(user), event_id=event.id, answers=dict(zip(QUESTIONS, answers, strict=True)))


def _span(days: int, start: str, end: str, country: str) -> tuple[datetime, datetime]:
    """Those hours of that day, or of the Monday after a weekend."""
    on = clock.today(country) + timedelta(days=days)
    on += timedelta(days=max(0, 7 - on.weekday()) if on.weekday() > 4 else 0)
    zone = clock.ZONES[country]
    first, last = (datetime.combine(on, time.fromisoformat(hour), zone) for hour in (start, end))
    return first, last
