"""The meetings of the demonstration: one held, with its minutes; a date looked for, level for now; some to come."""

from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta
from uuid import UUID

from maillage.demo.content import Row, demo_id
from maillage.kernel import clock, jobs
from maillage.kernel.actor import Actor
from maillage.kernel.db import session
from maillage.kernel.working_days import working_days_after
from maillage.network.meetings import queries, service
from maillage.network.meetings.codes import ActionState, Said, Vote
from maillage.network.meetings.service import Plan
from maillage.network.meetings.service.agenda import Place

ActorOf = Callable[[str], Actor]


def play(actor_of: ActorOf, meetings: Iterable[Row]) -> None:
    for row in meetings:
        lead = actor_of(row["lead"])
        with clock.at(clock.now() - timedelta(days=row["called_days_ago"])):
            meeting_id = _call(lead, row)
            _prepare(actor_of, lead, meeting_id, row)
        if row["summary"]:
            _hold(actor_of, lead, meeting_id, row)
    jobs.drain()


def _call(lead: Actor, row: Row) -> UUID:
    plan = Plan(row["title"], row["place"], row["room_url"], row["minutes_long"])
    dates = [_morning(days + row["called_days_ago"], lead.country) for days in row["days"]]
    answer_by = clock.today() + timedelta(days=row["answer_by"] + row["called_days_ago"]) if row["answer_by"] else None
    group_id = demo_id("group", row["group"])
    return service.create(lead, group_id=group_id, plan=plan, dates=dates, answer_by=answer_by)


def _prepare(actor_of: ActorOf, lead: Actor, meeting_id: UUID, row: Row) -> None:
    asked = [
        service.propose(actor_of(key), meeting_id=meeting_id, title=title, lasts=lasts)
        for key, title, lasts in row["points"]
    ]
    if not row["votes"]:
        places = [
            Place(one, number, point[2])
            for number, (one, point) in enumerate(zip(asked, row["points"], strict=True), 1)
        ]
        service.order(lead, meeting_id=meeting_id, places=places)
    found = queries.poll(session(), queries.find(session(), meeting_id), None)
    for key, votes in row["votes"].items():
        answers = {it.date_id: Vote(vote) for it, vote in zip(found.tallies, votes, strict=True)}
        service.vote(actor_of(key), meeting_id=meeting_id, answers=answers)
    for key, said in row["said"].items():
        service.answer(actor_of(key), meeting_id=meeting_id, said=Said(said))
    for key, stand_in in row["stand_ins"].items():
        service.answer(actor_of(key), meeting_id=meeting_id, said=Said.REPRESENTED, stand_in=stand_in)
    for name, body, email in row["guests"]:
        service.invite(lead, meeting_id=meeting_id, name=name, body=body, email=email)


def _hold(actor_of: ActorOf, lead: Actor, meeting_id: UUID, row: Row) -> None:
    starts_at, today = queries.find(session(), meeting_id).starts_at, clock.today(lead.country)
    assert starts_at is not None
    with clock.at(starts_at + timedelta(hours=3)):
        service.begin(lead, meeting_id=meeting_id)
        points = queries.agenda(session(), meeting_id).ordered
        notes = {point.id: text for point, text in zip(points, row["notes"], strict=True)}
        service.write(lead, meeting_id=meeting_id, summary=row["summary"], notes=notes)
        for text in row["decisions"]:
            service.decide(lead, meeting_id=meeting_id, text=text)
        ids = [
            service.entrust(
                lead,
                meeting_id=meeting_id,
                what=what,
                owner_id=demo_id("user", key),
                due_on=today + timedelta(days=days),
            )
            for key, what, days, *_ in row["actions"]
        ]
        service.publish(lead, meeting_id=meeting_id)
    with clock.at(starts_at + timedelta(days=20)):
        for action_id, (key, _, _, state, word) in zip(ids, row["actions"], strict=True):
            if state:
                service.close_action(actor_of(key), action_id=action_id, state=ActionState(state), word=word)


def _morning(days: int, country: str) -> datetime:
    """Half past nine of a working day, about so many days from now."""
    day = working_days_after(clock.today(country) + timedelta(days=days - 1), 1, country)
    return datetime.combine(day, time(9, 30), tzinfo=clock.ZONES[country])
