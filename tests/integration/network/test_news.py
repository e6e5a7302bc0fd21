"""News written once and sent to many: when, to whom, in how many jobs, and who is counted: behind the walls."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from factories.circle import Circle, crowd, make_circle
from factories.learning import make_event
from factories.statements import StatementCounter
from maillage.kernel import clock, jobs
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.kernel.ids import new_id
from maillage.kernel.outbox import OutboxJob
from maillage.network.events.queries import line
from maillage.network.news import from_session, notices, queries, service
from maillage.network.news.models import News, NewsReading
from maillage.network.news.service import Content
from maillage.network.news.states import Status, To
from maillage.network.seats import seats
from maillage.network.spreading import BATCH, JOB_TELL
from maillage.network.wording.checks import SomebodyNamed
from maillage.notifications.models import Notification


@pytest.fixture
def circle(app: Flask) -> Circle:
    return make_circle()


def content(circle: Circle, *groups: UUID, **overrides: object) -> Content:
    values: dict[str, object] = {"title": "Colloque de printemps", "text": "Inscrivez-vous avant le 3 mars."}
    values["group_ids"] = groups or (circle.namur, circle.hainaut)
    return Content(**(values | overrides))  # type: ignore[arg-type]


def write(circle: Circle, name: str = "coordinator", **how: object) -> UUID:
    with circle.speaking(name) as who:
        given = how.pop("content", None) or content(circle)
        return service.write(who, content=given, leaves=bool(how.pop("leaves", True)), **how)  # type: ignore[arg-type]


def readers(circle: Circle, news_id: UUID) -> set[str]:
    found = set()
    for name in circle.people:
        with circle.speaking(name) as who:
            try:
                queries.piece(session(), who, news_id)
            except NotFound:
                assert news_id not in {one.id for one in queries.received(session(), who, seats(session(), who))}
            else:
                found.add(name)
    return found


def told(circle: Circle, kind: str = notices.SENT.code) -> list[str]:
    jobs.drain()
    session().rollback()
    names = {user.id: name for name, (user, _) in circle.people.items()}
    return sorted(
        names[row.user_id] for row in session().scalars(select(Notification).where(Notification.kind == kind))
    )


@pytest.mark.parametrize(
    ("to", "group", "reached"),
    [
        (To.EVERYBODY, "both", {"lead", "asker", "peer", "other"}),
        (To.EVERYBODY, "hainaut", {"other"}),
        (To.LEADS, "both", {"lead"}),
        (To.SENDERS, "both", {"lead", "asker", "other"}),
        (To.RECEIVERS, "both", set()),
    ],
)
def test_it_reaches_those_it_is_for_and_nobody_else(circle: Circle, to: To, group: str, reached: set[str]) -> None:
    groups = (circle.hainaut,) if group == "hainaut" else (circle.namur, circle.hainaut)
    draft = write(circle, content=content(circle, *groups, to=to), leaves=False)
    assert readers(circle, draft) == {"coordinator"}
    assert write(circle, content=content(circle, *groups, to=to), news_id=draft) == draft
    assert told(circle) == sorted(reached)
    assert readers(circle, draft) == {"coordinator"} | reached
    stored = session().get_one(News, draft)
    assert (stored.status, stored.told) == (Status.SENT, len(reached))


def test_it_leaves_at_its_time_and_not_when_it_was_held_back(circle: Circle) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    held = write(circle, at=tomorrow)
    put_off = write(circle, at=tomorrow)
    kept = write(circle, at=tomorrow)
    with circle.speaking("coordinator") as coordinator:
        service.hold(coordinator, news_id=held)
        service.write(
            coordinator, content=content(circle), leaves=True, at=tomorrow + timedelta(days=1), news_id=put_off
        )
        with pytest.raises(Invalid):
            service.write(coordinator, content=content(circle), leaves=True, at=clock.now() - timedelta(hours=1))
    assert told(circle) == []
    with clock.at(tomorrow + timedelta(minutes=1)):
        assert told(circle) == ["asker", "lead", "other", "peer"]
        session().expire_all()
        statuses = [session().get_one(News, one).status for one in (held, put_off, kept)]
        assert statuses == [Status.DRAFT, Status.SCHEDULED, Status.SENT]
        with circle.speaking("coordinator") as coordinator, pytest.raises(Conflict):
            service.hold(coordinator, news_id=kept)


def test_a_lead_passes_it_on_with_a_word_and_nobody_is_told_twice(circle: Circle) -> None:
    news_id = write(circle, content=content(circle, to=To.LEADS))
    assert told(circle) == ["lead"]
    with circle.speaking("lead") as lead:
        assert list(queries.relayable(session(), lead, news_id)) == [circle.namur]
        with pytest.raises(SomebodyNamed):
            service.relay(lead, news_id=news_id, group_id=circle.namur, word="Comme pour Mme Vandermersch.")
        with pytest.raises(NotFound):
            service.relay(lead, news_id=news_id, group_id=circle.hainaut, word="Pour vous aussi.")
        service.relay(lead, news_id=news_id, group_id=circle.namur, word="Cela nous concerne.")
        with pytest.raises(Conflict):
            service.relay(lead, news_id=news_id, group_id=circle.namur, word="Encore.")
    assert told(circle) == ["asker", "lead", "peer"]
    assert readers(circle, news_id) == {"coordinator", "lead", "asker", "peer"}
    with circle.speaking("peer") as peer:
        found = queries.piece(session(), peer, news_id)
        assert [(one.word, one.author, one.group_name) for one in found.relays] == [
            ("Cela nous concerne.", "Pascale Aubry", "Namur")
        ]
        with pytest.raises(Forbidden):
            service.relay(peer, news_id=news_id, group_id=circle.namur, word="Moi aussi.")


def test_a_lead_writes_to_their_own_group_alone(circle: Circle) -> None:
    news_id = write(circle, "lead", content=content(circle, circle.namur))
    assert told(circle) == ["asker", "peer"]
    assert readers(circle, news_id) == {"coordinator", "lead", "asker", "peer"}
    with circle.speaking("coordinator") as coordinator, pytest.raises(Forbidden):
        service.write(coordinator, content=content(circle, circle.namur), news_id=news_id)
    with circle.speaking("lead") as lead, pytest.raises(Invalid):
        service.write(lead, content=content(circle, circle.hainaut))
    with circle.speaking("asker") as asker, pytest.raises(Forbidden):
        service.write(asker, content=content(circle, circle.namur))
    with circle.speaking("peer") as peer:
        comment_id = service.comment(peer, news_id=news_id, text="Merci !")
        with pytest.raises(Forbidden):
            service.write(peer, content=content(circle, circle.namur), news_id=news_id)
    assert told(circle, notices.COMMENTED.code) == ["lead"]
    with circle.speaking("asker") as asker, pytest.raises(Forbidden):
        service.withdraw_comment(asker, news_id=news_id, comment_id=comment_id)
    with circle.speaking("lead") as lead:
        service.withdraw_comment(lead, news_id=news_id, comment_id=comment_id)
        assert [(one.text, one.withdrawn) for one in queries.comments(session(), news_id)] == [("", True)]


def test_news_lead_to_the_session_that_they_announce_and_only_who_may_see_it(circle: Circle) -> None:
    with circle.speaking("lead") as lead:
        own = make_event(lead, circle.namur, audience="group")
        draft = make_event(lead, circle.namur, open_it=False)
    with circle.speaking("coordinator") as coordinator:
        above = make_event(coordinator)
        begun = from_session.begun(session(), coordinator, own)
        assert begun["groups"] == [str(circle.namur)] and begun["title"]
    news_id = write(circle, content=content(circle, event_id=own))
    jobs.drain()
    for name, seen in {"coordinator": True, "lead": True, "asker": True, "other": False}.items():
        with circle.speaking(name) as who:
            announced = queries.piece(session(), who, news_id).news.event_id
            assert announced == own
            assert (line(session(), who, own) is not None) == seen, name
    for name, event_id, refusal in (
        ("lead", above, Forbidden),
        ("lead", draft, Conflict),
        ("lead", new_id(), NotFound),
    ):
        with pytest.raises(refusal):
            write(circle, name, content=content(circle, circle.namur, event_id=event_id))


def test_readings_are_counted_and_nobody_is_named(circle: Circle) -> None:
    crowd(circle, 3)
    news_id = write(circle)
    jobs.drain()
    for name in ("lead", "asker", "asker", "other", "coordinator"):
        with circle.speaking(name) as who:
            service.mark_read(who, news_id=news_id, roles=queries.piece(session(), who, news_id).roles)
    with circle.speaking("coordinator") as coordinator:
        assert queries.piece(session(), coordinator, news_id).readings == 3
        assert session().scalars(select(NewsReading)).all() == []
    with circle.speaking("lead") as lead:
        assert queries.piece(session(), lead, news_id).readings is None
        assert [row.user_id for row in session().scalars(select(NewsReading))] == [lead.user_id]


def test_among_few_no_count_tells_who_has_read(circle: Circle) -> None:
    news_id = write(circle, content=content(circle, circle.hainaut))
    jobs.drain()
    with circle.speaking("coordinator") as coordinator:
        assert queries.piece(session(), coordinator, news_id).readings is None


def test_hundreds_are_told_by_a_few_jobs_and_a_few_statements(
    circle: Circle, count_statements: StatementCounter
) -> None:
    """200 a job; what it takes does not grow with the number of members in a batch."""
    crowd(circle, 450)
    write(circle)
    assert jobs.run_due(1) == 1  # who is meant
    batches = session().scalar(select(func.count()).where(OutboxJob.kind == JOB_TELL))
    assert batches == -(-(450 + 4) // BATCH) == 3
    with count_statements:
        assert jobs.run_due(3) == 3
    print(f"454 members, {batches} jobs, {len(count_statements.statements)} statements")
    assert len(count_statements.statements) <= 30
    session().rollback()
    sent = select(func.count()).where(Notification.kind == notices.SENT.code)
    assert session().scalar(sent) == 454
