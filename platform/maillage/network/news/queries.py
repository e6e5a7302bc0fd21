"""Reads of news: begin with what was sent to the actor, or is theirs to write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, exists, false, func, or_, select, true, tuple_
from sqlalchemy.orm import Session

from maillage.accounts.queries import organization_names, user_names
from maillage.kernel.actor import Actor
from maillage.kernel.db import UtcDateTime
from maillage.kernel.errors import NotFound
from maillage.kernel.scope import unscoped
from maillage.network.groups.models import Group, Network
from maillage.network.news import policy, scope
from maillage.network.news.models import News, NewsComment, NewsGroup, NewsReading
from maillage.network.news.states import Role, Status
from maillage.network.seats import Seats, seats

PAGE: Final = 20
FEWEST: Final = 5  # among fewer, a count would tell who
_READ: Final = or_(
    exists().where(NewsReading.news_id == News.id, NewsReading.user_id == bindparam("me")),
    News.user_id == bindparam("me"),
)


def _lines(unread: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            News.id,
            News.title,
            News.status,
            News.send_at,
            News.sent_at,
            func.coalesce(Group.name, Network.name).label("signed"),
            (unread & ~_READ).label("unread"),
        )
        .join(Network, Network.id == News.network_id)
        .outerjoin(Group, Group.id == News.group_id)
    )


def _latest(rows: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return rows.order_by(News.sent_at.desc(), News.id.desc()).limit(bindparam("most"))


_RECEIVED: Final = _latest(_lines(true()).where(scope.SENT_TO))
_RECEIVED_ABOVE: Final = _latest(_lines(scope.SENT_TO).where(scope.RECEIVED))
_RECEIVED_IN: Final = _latest(
    _lines(scope.MEANT)
    .join(NewsGroup, NewsGroup.news_id == News.id)
    .where(NewsGroup.group_id == bindparam("group_id"), scope.SENT, or_(scope.MEANT, scope.OVERSEEN))
)
_BEFORE: Final = tuple_(News.sent_at, News.id) < tuple_(
    bindparam("sent_at", type_=UtcDateTime), bindparam("last", type_=Uuid)
)
_WRITTEN: Final = (
    _lines(false())
    .where(scope.WRITTEN)
    .order_by(
        News.sent_at.is_not(None), News.send_at.is_not(None), News.sent_at.desc(), News.written_at.desc(), News.id
    )
    .limit(PAGE)
)


@dataclass(frozen=True, slots=True)
class NewsLine:
    id: UUID
    title: str
    status: str
    send_at: datetime | None
    sent_at: datetime | None
    signed: str
    unread: bool


@dataclass(frozen=True, slots=True)
class Comment:
    id: UUID
    user_id: UUID
    author: str
    org_name: str
    at: datetime
    text: str
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Relay:
    """The word with which a lead passed it on to a group."""

    group_name: str
    author: str
    word: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of news as one reader sees it. `groups`: where it goes, for who writes it; `readings`: how many read it,
    for them too."""

    news: News
    roles: frozenset[Role]
    signed: str
    relays: tuple[Relay, ...]
    groups: tuple[tuple[UUID, str, str], ...]
    readings: int | None


def load(session: Session, actor: Actor, news_id: UUID) -> tuple[News, frozenset[Role], Seats, Sequence[NewsGroup]]:
    """Raises NotFound for what was not sent to the actor as for what does not exist."""
    news, sits = session.get(News, news_id), seats(session, actor)
    sent_to = session.scalars(select(NewsGroup).where(NewsGroup.news_id == news_id)).all()
    roles = policy.roles_of(actor, sits, news, sent_to) if news is not None else frozenset()
    if news is None or not roles:
        raise NotFound()
    return news, roles, sits, sent_to


def piece(session: Session, actor: Actor, news_id: UUID) -> Piece:
    """Raises NotFound."""
    news, roles, sits, sent_to = load(session, actor, news_id)
    names = _group_names(session, news.network_id)
    relayed = [one for one in sent_to if one.word and (Role.WRITER in roles or one.group_id in sits.groups)]
    authors = user_names(session, {one.relayed_by for one in relayed if one.relayed_by})
    writes = Role.WRITER in roles
    return Piece(
        news=news,
        roles=roles,
        signed=names.get(news.group_id, "") if news.group_id else session.get_one(Network, news.network_id).name,
        relays=tuple(
            Relay(names.get(one.group_id, ""), authors.get(one.relayed_by, "") if one.relayed_by else "", one.word)
            for one in relayed
        ),
        groups=tuple((one.group_id, names.get(one.group_id, ""), one.to) for one in sent_to) if writes else (),
        readings=_readings(session, news) if writes else None,
    )


def received(
    session: Session, actor: Actor, sits: Seats, *, before: tuple[datetime, UUID] | None = None
) -> list[NewsLine]:
    """What was sent to the actor, the latest first, a page at a time."""
    query = _RECEIVED if sits.coordinates is None else _RECEIVED_ABOVE
    if before is None:
        return _read(session, query, actor, sits, most=PAGE)
    return _read(session, query.where(_BEFORE), actor, sits, most=PAGE, sent_at=before[0], last=before[1])


def received_in(session: Session, actor: Actor, sits: Seats, group_id: UUID, most: int) -> list[NewsLine]:
    """What was sent to them in one group."""
    return _read(session, _RECEIVED_IN, actor, sits, most=most, group_id=group_id)


def written(session: Session, actor: Actor, sits: Seats) -> list[NewsLine]:
    """What is the actor's to write: drafts first, then what leaves next, then what left. None is unread to them."""
    return _read(session, _WRITTEN, actor, sits)


def comments(session: Session, news_id: UUID) -> list[Comment]:
    """What was said of it, for who has shown that they read it."""
    rows = session.scalars(
        select(NewsComment).where(NewsComment.news_id == news_id).order_by(NewsComment.at, NewsComment.id)
    ).all()
    people = user_names(session, {row.user_id for row in rows})
    houses = organization_names(session, {row.org_id for row in rows})
    return [
        Comment(
            id=row.id,
            user_id=row.user_id,
            author=people.get(row.user_id, ""),
            org_name=houses.get(row.org_id, ""),
            at=row.at,
            text=row.text,
            withdrawn=row.withdrawn_at is not None,
        )
        for row in rows
    ]


def addressees(session: Session, sits: Seats) -> dict[UUID, str]:
    """The groups that who sits there may write to: those of the network they coordinate, else those they animate."""
    theirs = Group.network_id == sits.coordinates if sits.coordinates else Group.id.in_(sits.leads)
    rows = session.execute(select(Group.id, Group.name).where(theirs).order_by(Group.name, Group.id))
    return {group_id: name for group_id, name in rows}


def relayable(session: Session, actor: Actor, news_id: UUID) -> dict[UUID, str]:
    """The groups that the actor animates and nobody passed this on to yet."""
    done = select(NewsGroup.group_id).where(NewsGroup.news_id == news_id, NewsGroup.relayed_at.is_not(None))
    mine = Group.id.in_(seats(session, actor).leads), Group.id.not_in(done)
    there = Group.network_id == select(News.network_id).where(News.id == news_id).scalar_subquery()
    rows = session.execute(select(Group.id, Group.name).where(*mine, there).order_by(Group.name, Group.id))
    return {group_id: name for group_id, name in rows}


def _read(session: Session, query: Select[*tuple[Any, ...]], actor: Actor, sits: Seats, **known: Any) -> list[NewsLine]:
    known |= scope.values(actor, sits) | {"me": actor.user_id}
    return [NewsLine(**row._mapping) for row in session.execute(query, known)]


def _group_names(session: Session, network_id: UUID) -> dict[UUID, str]:
    rows = session.execute(select(Group.id, Group.name).where(Group.network_id == network_id))
    return {group_id: name for group_id, name in rows}


def _readings(session: Session, news: News) -> int | None:
    if news.status != Status.SENT or news.told < FEWEST:
        return None
    with unscoped("who wrote the news counts who read it, and names none", NewsReading):
        return session.scalar(select(func.count()).where(NewsReading.news_id == news.id)) or 0
