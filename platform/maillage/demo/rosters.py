"""The rosters of the demonstration: sheets, official texts, this year's report, and who has done what."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from uuid import UUID

from maillage.demo.content import Row, demo_id
from maillage.kernel import clock, jobs
from maillage.kernel.actor import Actor
from maillage.network.roster import service
from maillage.network.roster.service import Question, SheetContent, TextContent

ActorOf = Callable[[str], Actor]


def play(actor_of: ActorOf, rosters: Iterable[Row]) -> None:
    for row in rosters:
        coordinator = actor_of(row["coordinator"])
        for sheet in row["sheets"]:
            _sheet(actor_of(sheet["by"]), demo_id("network", row["network"]), sheet)
        for text in row["texts"]:
            _text(coordinator, text)
        for key, axis, year, words in row["skills"]:
            service.say_done(actor_of(key), words=words, axis=axis, year=year)
        _report(actor_of, coordinator, row["report"])


def _sheet(actor: Actor, network_id: UUID, row: Row) -> None:
    given = {name: row[name] for name in ("dwellings", "communes", "posts", "organisation", "team", "project")}
    content = SheetContent(
        **given,
        axes=tuple(row["axes"]),
        project_name=row["project_name"],
        agreement_on=_day(actor, row["agreement_days"]),
        agreement_ends_on=_day(actor, row["agreement_ends_days"]),
    )
    assert actor.org_id is not None
    service.describe(actor, network_id=network_id, org_id=actor.org_id, content=content)


def _text(coordinator: Actor, row: Row) -> None:
    text_id = None
    for body, why, days_ago in row["versions"]:
        with clock.at(clock.now() - timedelta(days=days_ago)):
            content = TextContent(row["kind"], row["title"], body, clock.today(coordinator.country), why)
            text_id = service.publish(coordinator, content=content, text_id=text_id)


def _report(actor_of: ActorOf, coordinator: Actor, row: Row) -> None:
    due_on = clock.today(coordinator.country) + timedelta(days=row["due_days"])
    with clock.at(clock.now() - timedelta(days=row["sent_days"])):
        form_id = service.create_form(coordinator, title=row["title"], due_on=due_on)
        for label, kind, hint in row["questions"]:
            service.add_question(coordinator, form_id=form_id, question=Question(label, kind, hint))
        service.send_form(coordinator, form_id=form_id)
        jobs.drain()
    for key, said in row["answers"]:
        actor = actor_of(key)
        assert actor.org_id is not None
        given = {f"q{number}": words for number, words in enumerate(said, start=1)}
        service.answer(actor, form_id=form_id, org_id=actor.org_id, given=given, hand_in=True)


def _day(actor: Actor, days: int | None) -> date | None:
    return clock.today(actor.country) + timedelta(days=days) if days is not None else None
