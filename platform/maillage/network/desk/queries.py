"""Reads of the call desk: who calls, what waits, and what is asked about, counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from maillage.accounts.models import Organization, User
from maillage.accounts.queries import organization_names, user_names
from maillage.kernel.actor import Actor
from maillage.kernel.errors import NotFound
from maillage.kernel.ids import parse_id
from maillage.network.desk.models import DeskCall
from maillage.network.groups.models import Group, GroupMember, NetworkCompany
from maillage.network.groups.queries import coordinated
from maillage_search.taxonomy import load_taxonomy

LONGEST_NAME: Final = 200  # a database refuses patterns that are too long
MOST: Final = 10  # callers proposed for one name
LATEST: Final = 30


@dataclass(frozen=True, slots=True)
class Caller:
    """Who may have called; without `user_id`, the organisation as a whole."""

    org_id: UUID
    org_name: str
    user_id: UUID | None = None
    name: str = ""

    @property
    def key(self) -> str:
        return f"{self.org_id}:{self.user_id or ''}"

    @property
    def label(self) -> str:
        return f"{self.name}, {self.org_name}" if self.name else self.org_name


@dataclass(frozen=True, slots=True)
class CallLine:
    id: UUID
    caller: str
    theme: str
    territory: str | None
    said: str
    answer: str
    at: datetime
    answered_at: datetime | None
    taken_by: str


@dataclass(frozen=True, slots=True)
class Counted:
    """Calls of a period by theme, the broad one, and by territory."""

    territories: tuple[str | None, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    total: int


def callers(session: Session, actor: Actor, words: str, most: int = MOST) -> list[Caller]:
    """Members and organisations of the coordinator's network whose name holds these words, people first."""
    network_id = coordinated(session, actor).id
    if len(words) > LONGEST_NAME:
        return []
    people = _people(network_id).where(User.name.icontains(words, autoescape=True)).limit(most)
    houses = _houses(network_id).where(Organization.name.icontains(words, autoescape=True)).limit(most)
    return [Caller(*row) for query in (people, houses) for row in session.execute(query)][:most]


def caller(session: Session, actor: Actor, key: str) -> Caller | None:
    """The caller that a page sent back; None for nobody of the network."""
    network_id = coordinated(session, actor).id
    org_id, user_id = (parse_id(part) for part in (*key.split(":"), "")[:2])
    if user_id is not None:
        query = _people(network_id).where(User.id == user_id, Organization.id == org_id)
    else:
        query = _houses(network_id).where(Organization.id == org_id)
    row = session.execute(query).first()
    return Caller(*row) if row is not None else None


def territory_of(session: Session, network_id: UUID, who: Caller) -> str | None:
    """Where they call from: their group's territory, or that of a colleague's for an organisation as a whole."""
    seat = and_(GroupMember.group_id == Group.id, GroupMember.until.is_(None), GroupMember.org_id == who.org_id)
    mine = [GroupMember.user_id == who.user_id] if who.user_id else []
    known = select(Group.territory).join(GroupMember, seat).where(Group.network_id == network_id, *mine)
    return session.scalar(known.where(Group.territory.is_not(None)).order_by(Group.territory).limit(1))


def to_follow(session: Session, actor: Actor) -> list[CallLine]:
    """Calls that wait for an answer, the oldest first."""
    waiting = select(DeskCall).where(DeskCall.org_id == actor.org_id, DeskCall.answered_at.is_(None))
    return _lines(session, session.scalars(waiting.order_by(DeskCall.at, DeskCall.id)).all())


def answered(session: Session, actor: Actor) -> list[CallLine]:
    """The latest calls that have had their answer."""
    done = select(DeskCall).where(DeskCall.org_id == actor.org_id, DeskCall.answered_at.is_not(None))
    return _lines(session, session.scalars(done.order_by(DeskCall.at.desc(), DeskCall.id).limit(LATEST)).all())


def call(session: Session, actor: Actor, call_id: UUID) -> DeskCall:
    """Raises NotFound."""
    found = session.scalar(select(DeskCall).where(DeskCall.id == call_id, DeskCall.org_id == actor.org_id))
    if found is None:
        raise NotFound()
    return found


def line(session: Session, one: DeskCall) -> CallLine:
    return _lines(session, [one])[0]


def counted(session: Session, actor: Actor, since: datetime) -> Counted:
    """What is asked about and from where, the most asked theme first; one statement."""
    rows = session.execute(
        select(DeskCall.theme, DeskCall.territory, func.count())
        .where(DeskCall.org_id == actor.org_id, DeskCall.at >= since)
        .group_by(DeskCall.theme, DeskCall.territory)
    )
    cells: dict[str, dict[str | None, int]] = {}
    for theme, territory, count in rows:
        row = cells.setdefault(_broad(theme), {})
        row[territory] = row.get(territory, 0) + count
    there = sorted({place for row in cells.values() for place in row}, key=lambda place: (place is None, place or ""))
    order = sorted(cells, key=lambda theme: (-sum(cells[theme].values()), theme))
    return Counted(
        territories=tuple(there),
        rows=tuple((theme, tuple(cells[theme].get(place, 0) for place in there)) for theme in order),
        total=sum(sum(row.values()) for row in cells.values()),
    )


def _broad(theme: str) -> str:
    return load_taxonomy().themes.with_ancestors([theme])[-1]


def _people(network_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(Organization.id, Organization.name, User.id, User.name)
        .join(GroupMember, GroupMember.org_id == Organization.id)
        .join(User, User.id == GroupMember.user_id)
        .where(GroupMember.network_id == network_id, GroupMember.until.is_(None))
        .distinct()
        .order_by(User.name, User.id)
    )


def _houses(network_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(Organization.id, Organization.name)
        .join(NetworkCompany, NetworkCompany.org_id == Organization.id)
        .where(NetworkCompany.network_id == network_id, NetworkCompany.until.is_(None))
        .order_by(Organization.name, Organization.id)
    )


def _lines(session: Session, rows: Sequence[DeskCall]) -> list[CallLine]:
    people = user_names(session, {one for row in rows for one in (row.user_id, row.caller_id) if one})
    houses = organization_names(session, {row.caller_org_id for row in rows})
    return [
        CallLine(
            id=row.id,
            caller=", ".join(
                filter(
                    None, (people.get(row.caller_id, "") if row.caller_id else "", houses.get(row.caller_org_id, ""))
                )
            ),
            theme=row.theme,
            territory=row.territory,
            said=row.said,
            answer=row.answer,
            at=row.at,
            answered_at=row.answered_at,
            taken_by=people.get(row.user_id, ""),
        )
        for row in rows
    ]
