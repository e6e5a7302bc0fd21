"""Writing news, and saying when they leave."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid
from maillage.kernel.ids import new_id
from maillage.network.events import queries as event_queries
from maillage.network.events.codes import Act
from maillage.network.groups.models import Group
from maillage.network.news import notices, policy, queries
from maillage.network.news.models import News, NewsGroup
from maillage.network.news.states import Deed, Status, To
from maillage.network.seats import Seats, seats
from maillage.network.wording.checks import check


@dataclass(frozen=True, slots=True)
class Content:
    """A piece of news, and the groups that it is for. `nobody`: its author confirms that nobody can be recognised;
    `event_id`: the session that a new piece announces."""

    title: str
    text: str
    group_ids: tuple[UUID, ...]
    to: To = To.EVERYBODY
    nobody: bool = False
    event_id: UUID | None = None


def write(
    actor: Actor, *, content: Content, leaves: bool = False, at: datetime | None = None, news_id: UUID | None = None
) -> UUID:
    """Keep a piece, new or known: as a draft, or to leave `at` a time, at once without one.

    Raises NotFound, Forbidden, Conflict once it has left, Invalid, SomebodyNamed.
    """
    now = clock.now()
    if leaves and at is not None and at <= now:
        raise Invalid(fields={"send_at": "Choisissez une date à venir."})
    check({"title": content.title, "text": content.text}, nobody=content.nobody)
    with transaction() as session:
        news = _known(session, actor, content, news_id) if news_id else _new(session, actor, content)
        send_at = (at or now) if leaves else None
        values = {"title": content.title, "text": content.text, "send_at": send_at}
        _move(session, news, values | {"status": Status.SCHEDULED if leaves else Status.DRAFT})
        session.execute(delete(NewsGroup).where(NewsGroup.news_id == news.id))
        session.add_all(NewsGroup(news_id=news.id, group_id=one, to=content.to) for one in set(content.group_ids))
        action = "news.scheduled" if leaves else "news.written"
        audit.record(session, actor, action, "news", news.id, confirmed=content.nobody)
        if send_at is not None:
            payload = {"news_id": str(news.id), "send_at": send_at.isoformat()}
            outbox.enqueue(session, notices.JOB_SEND, payload, not_before=send_at)
        return news.id


def hold(actor: Actor, *, news_id: UUID) -> None:
    """Make a scheduled piece a draft again. Raises NotFound, Forbidden, Conflict once it has left."""
    with transaction() as session:
        news, roles, *_ = queries.load(session, actor, news_id)
        policy.ensure(Deed.HOLD, roles, news.status)
        _move(session, news, {"status": Status.DRAFT, "send_at": None})
        audit.record(session, actor, "news.held", "news", news_id)


def discard(actor: Actor, *, news_id: UUID) -> None:
    """Throw a draft away. Raises NotFound, Forbidden, Conflict."""
    with transaction() as session:
        news, roles, *_ = queries.load(session, actor, news_id)
        policy.ensure(Deed.DISCARD, roles, news.status)
        session.execute(delete(News).where(News.id == news_id, News.status == Status.DRAFT))
        audit.record(session, actor, "news.discarded", "news", news_id)


def _move(session: Session, news: News, values: dict[str, Any]) -> None:
    """Write where it goes, unless somebody, or the hour, was faster. Raises Conflict."""
    same = (News.id == news.id, News.status == news.status, News.send_at.is_not_distinct_from(news.send_at))
    done: CursorResult[Any] = session.execute(update(News).where(*same).values(**values))  # type: ignore[assignment]
    if done.rowcount != 1:
        raise Conflict(policy.MOVED)


def _known(session: Session, actor: Actor, content: Content, news_id: UUID) -> News:
    news, roles, *_ = queries.load(session, actor, news_id)
    policy.ensure(Deed.EDIT, roles, news.status)
    _ensure_theirs(session, seats(session, actor), content)
    if news.group_id is not None and set(content.group_ids) != {news.group_id}:
        raise Invalid(fields={"groups": "Cette actualité est celle d’un groupe : elle ne va qu’à lui."})
    return news


def _new(session: Session, actor: Actor, content: Content) -> News:
    """Of the coordination for who coordinates, else of the group that a lead animates."""
    sits = seats(session, actor)
    _ensure_theirs(session, sits, content)
    if content.event_id is not None:
        event_queries.stance(session, actor, content.event_id, Act.ANNOUNCE)
    network_id, group_id = sits.coordinates, None
    if network_id is None:
        if len(content.group_ids) > 1:
            raise Invalid(fields={"groups": "Choisissez un seul groupe : la coordination écrit à plusieurs."})
        group_id = content.group_ids[0]
        network_id = session.get_one(Group, group_id).network_id
    assert actor.user_id is not None and actor.org_id is not None
    news = News(id=new_id(), network_id=network_id, group_id=group_id, user_id=actor.user_id, org_id=actor.org_id)
    news.title, news.text, news.status = content.title, content.text, Status.DRAFT
    news.event_id = content.event_id
    session.add(news)
    session.flush()
    return news


def _ensure_theirs(session: Session, sits: Seats, content: Content) -> None:
    allowed = queries.addressees(session, sits)
    if not allowed:
        raise Forbidden()
    if not content.group_ids or not set(content.group_ids) <= allowed.keys():
        raise Invalid(fields={"groups": "Choisissez au moins un groupe."})
