"""What the networks of the demonstration say: questions and their answers, news, calls that the coordination took."""

from collections.abc import Callable
from datetime import timedelta

from maillage.demo.content import Row, demo_id, rows
from maillage.kernel import clock, jobs
from maillage.kernel.actor import Actor
from maillage.kernel.db import session
from maillage.network.desk import queries as callers
from maillage.network.desk import service as desk
from maillage.network.desk.service import Call
from maillage.network.groups.models import Audience
from maillage.network.news import service as news
from maillage.network.news.service import Content
from maillage.network.news.states import To
from maillage.network.questions import service as questions
from maillage.network.questions.service import Asked
from maillage.network.questions.states import Deed

ActorOf = Callable[[str], Actor]


def play(actor_of: ActorOf) -> None:
    for row in rows("questions"):
        _question(actor_of, row)
    for row in rows("news"):
        _news(actor_of, row)
    for row in rows("desk_calls"):
        _call(actor_of(row["coordinator"]), row)
    jobs.drain()


def _question(actor_of: ActorOf, row: Row) -> None:
    question_id, asked_at = demo_id("question", row["key"]), clock.now() - timedelta(days=row["days_ago"])
    with clock.at(asked_at):
        asked = Asked(row["title"], row["text"], row["theme"])
        group_id, audience = demo_id("group", row["group"]), Audience(row["audience"])
        questions.ask(actor_of(row["by"]), asked=asked, group_id=group_id, audience=audience, question_id=question_id)
    for step in row["then"]:
        with clock.at(asked_at + timedelta(hours=step["hours_after"])):
            actor = actor_of(step["by"])
            if "move" in step:
                questions.move(actor, question_id=question_id, deed=Deed(step["move"]))
                continue
            answer_id = questions.answer(actor, question_id=question_id, text=step["answer"])
            if step.get("kept"):
                questions.accept(actor_of(row["by"]), question_id=question_id, answer_id=answer_id)


def _news(actor_of: ActorOf, row: Row) -> None:
    """`days_ago` below zero leaves later; none is a draft."""
    writer, days = actor_of(row["by"]), row["days_ago"]
    content = Content(
        row["title"],
        row["text"],
        tuple(demo_id("group", one) for one in row["groups"]),
        To(row["to"]),
        nobody=True,
        event_id=demo_id("event", row["session"]) if "session" in row else None,
    )
    if days is None or days < 0:
        news.write(writer, content=content, leaves=days is not None, at=clock.now() - timedelta(days=days or 0))
        return
    with clock.at(clock.now() - timedelta(days=days)):
        news_id = news.write(writer, content=content, leaves=True)
        jobs.drain()
        for said in row["comments"]:
            news.comment(actor_of(said["by"]), news_id=news_id, text=said["text"])
        for passed in row["relays"]:
            group_id = demo_id("group", passed["group"])
            news.relay(actor_of(passed["by"]), news_id=news_id, group_id=group_id, word=passed["word"])


def _call(coordinator: Actor, row: Row) -> None:
    with clock.at(clock.now() - timedelta(days=row["days_ago"])):
        known = callers.callers(session(), coordinator, row["caller"])
        desk.note(coordinator, call=Call(known[0].key, row["theme"], row["said"], row["answer"]))
