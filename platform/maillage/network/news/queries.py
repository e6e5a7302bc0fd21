"""Reads of news: begin with what was sent to the actor, or is theirs to write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from maillage.accounts.queries import organization_names, user_names
from maillage.kernel.actor import Actor
from maillage.kernel.errors import NotFound
from maillage.kernel.scope import unscoped
from maillage.network.groups.models import Group, Network
from maillage.network.news import policy, scope
from maillage.network.news.models import News, NewsComment, NewsGroup, NewsReading
from maillage.network.news.states import Role, Status
from maillage.network.seats import Seats, seats

PAGE: Final = 20
FEWEST: Final = 5  # among fewer, a count would tell who
SHOWN: Final = (News.id, News.title, News.status, News.send_at, News.sent_at)
SIGNED: Final = func.coalesce(Group.name, Network.name)


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
    session: Session,
    actor: Actor,
    *,
    group_id: UUID | None = None,
    before: tuple[datetime, UUID] | None = None,
    most: int = PAGE,
) -> list[NewsLine]:
    """What was sent to the actor, the latest first; with `group_id`, to that group."""
    sits = seats(session, actor)
    where = [scope.received(actor, sits)]
    if group_id is not None:
        where.append(exists().where(NewsGroup.news_id == News.id, NewsGroup.group_id == group_id))
    if before is not None:
        where.append((News.sent_at < before[0]) | ((News.sent_at == before[0]) & (News.id < before[1])))
    latest = select(*SHOWN).where(*where).order_by(News.sent_at.desc(), News.id.desc()).limit(most)
    return _lines(session, actor, sits, latest)


def written(session: Session, actor: Actor) -> list[NewsLine]:
    """What is the actor's to write: drafts first, then what leaves next, then what left."""
    order = (News.sent_at.is_not(None), News.send_at.is_not(None), News.sent_at.desc(), News.written_at.desc(), News.id)
    sits = seats(session, actor)
    return _lines(session, actor, sits, select(*SHOWN).where(scope.written(sits)).order_by(*order).limit(PAGE))


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


def addressees(session: Session, actor: Actor) -> dict[UUID, str]:
    """The groups that the actor may write to: those of the network they coordinate, else those they animate."""
    sits = seats(session, actor)
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


def _lines(session: Session, actor: Actor, sits: Seats, query: Select[*tuple[Any, ...]]) -> list[NewsLine]:
    read = exists().where(NewsReading.news_id == News.id, NewsReading.user_id == actor.user_id)
    known = or_(read, News.user_id == actor.user_id)
    rows = session.execute(
        query.add_columns(SIGNED.label("signed"), (scope.sent_to(actor, sits) & ~known).label("unread"))
        .join(Network, Network.id == News.network_id)
        .outerjoin(Group, Group.id == News.group_id)
    )
    return [NewsLine(**row._mapping) for row in rows]


def _group_names(session: Session, network_id: UUID) -> dict[UUID, str]:
    rows = session.execute(select(Group.id, Group.name).where(Group.network_id == network_id))
    return {group_id: name for group_id, name in rows}


def _readings(session: Session, news: News) -> int | None:
    if news.status != Status.SENT or news.told < FEWEST:
        return None
    with unscoped("who wrote the news counts who read it, and names none", NewsReading):
        return session.scalar(select(func.count()).where(NewsReading.news_id == news.id)) or 0
