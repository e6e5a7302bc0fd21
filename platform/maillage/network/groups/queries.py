"""Reads of networks and groups. Whatever is in a group begins with `standing`: who is outside knows of nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from maillage.accounts.models import Membership, User
from maillage.accounts.queries import recipients_among
from maillage.accounts.roles import permissions_of
from maillage.kernel.actor import Actor
from maillage.kernel.errors import NotFound
from maillage.kernel.ids import parse_id
from maillage.kernel.scope import unscoped
from maillage.network.groups import policy
from maillage.network.groups import statements as sql
from maillage.network.groups.models import Group, GroupEntry, GroupMember, Network, NetworkCompany
from maillage.network.groups.policy import Deed, Part
from maillage.notifications.values import Recipient
from maillage.web.paging import Page, decode_cursor, encode_cursor

COMPANIES = "who animates a group invites from every company of its network"
TOGETHER = "the members of a group know each other"


@dataclass(frozen=True, slots=True)
class Standing:
    """A group, and who the actor is there. `membership`: their own, active. `asked`: how many ask to join, as far as
    the actor sees them."""

    group: Group
    network: Network
    part: Part
    membership: GroupMember | None
    asked: int

    def may(self, deed: Deed) -> bool:
        return self.part in policy.ALLOWED[deed]


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group in a list. `vacant`: nobody leads it now."""

    id: UUID
    name: str
    territory: str | None
    network_name: str
    is_lead: bool = False
    members: int = 0
    leads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Peer:
    """A member of a group, as the others know them. `may_lead`: their organisation gave them the role."""

    member_id: UUID
    user_id: UUID
    org_id: UUID
    name: str
    email: str
    job_title: str
    org_name: str
    is_lead: bool
    may_lead: bool
    since: datetime
    until: datetime | None


def my_groups(session: Session, actor: Actor) -> list[GroupLine]:
    """The groups that the actor is in, by name; one statement."""
    if not actor.can(policy.TAKE_PART):
        return []
    rows = session.execute(sql.MY_GROUPS, _who(actor))
    return [GroupLine(**row._mapping) for row in rows]


def standing(session: Session, actor: Actor, group_id: UUID, deed: Deed = Deed.READ) -> Standing:
    """The group as the actor stands to it; one statement. Raises NotFound, and Forbidden for a deed of others."""
    row = session.execute(sql.STANDING, _who(actor) | {"group_id": group_id}).one_or_none()
    if row is None:
        raise NotFound()
    group, network, membership, works_there, asked = row
    part = policy.part_of(
        actor,
        owner_id=network.org_id,
        company=bool(works_there),
        member=membership is not None,
        is_lead=membership is not None and membership.is_lead,
    )
    policy.ensure(part, deed)
    return Standing(group, network, part, membership, asked)


def group(session: Session, actor: Actor, group_id: UUID) -> Group:
    """The group, for who is in it or coordinates it. Raises NotFound for a foreign one as for an unknown one."""
    return standing(session, actor, group_id).group


def is_lead(session: Session, actor: Actor, group_id: UUID) -> bool:
    """Whether the actor animates this group, as its lead or as its coordination. Raises NotFound."""
    return standing(session, actor, group_id).may(Deed.ANIMATE)


def network_of(session: Session, actor: Actor) -> Network | None:
    """The network that the actor coordinates, else the one they take part in; the first by name where there are
    several."""
    if not actor.can(policy.TAKE_PART):
        return None
    if actor.can(policy.COORDINATE) and (found := owned(session, actor)) is not None:
        return found
    return session.scalar(sql.NETWORK, _who(actor))


def owned(session: Session, actor: Actor) -> Network | None:
    """The network that the actor coordinates."""
    found = session.scalar(sql.OWNED, {"here": actor.org_id})
    return found if found is not None and policy.coordinates(actor, found.org_id) else None


def coordinated(session: Session, actor: Actor) -> Network:
    """The network of a coordinator. Raises NotFound while there is none."""
    found = owned(session, actor)
    if found is None:
        raise NotFound()
    return found


def peers(session: Session, group_id: UUID, *, left: bool = False) -> list[Peer]:
    """Who is in a group, leads first, for who has shown where they stand there; with `left`, who was, the last to leave
    first."""
    with unscoped(TOGETHER, GroupMember):
        rows = session.execute(sql.FORMER_PEERS if left else sql.PEERS, {"group_id": group_id}).all()
    return [_peer(row) for row in rows]


def first_peers(session: Session, group_id: UUID, most: int) -> tuple[list[Peer], int]:
    """The first of them, and how many they are together."""
    with unscoped(TOGETHER, GroupMember):
        rows = session.execute(sql.FIRST_PEERS, {"group_id": group_id, "most": most}).all()
    return [_peer(row) for row in rows], rows[0].together if rows else 0


def member_recipients(
    session: Session, group_ids: Collection[UUID], roles: Collection[str] | None = None
) -> list[Recipient]:
    """The members of these groups, once each, as their organisations' people; with `roles`, those who hold one of
    them. The role `lead` is held in the group, the others in the organisation."""
    seats = select(GroupMember.user_id, GroupMember.org_id).where(
        GroupMember.group_id.in_(list(group_ids)), GroupMember.until.is_(None)
    )
    with unscoped(TOGETHER, GroupMember):
        if roles is None:
            return recipients_among(session, seats)
        leads = recipients_among(session, seats.where(GroupMember.is_lead)) if "lead" in roles else []
        held = [name for name in roles if name != "lead"]
        others = recipients_among(session, seats, roles=held) if held else []
        return list({one.user_id: one for one in (*leads, *others)}.values())


def groups_of(session: Session, network: Network, *, after: str | None = None) -> Page[GroupLine]:
    """The groups of a network that the actor coordinates, by name, with their leads and how many are in each; two
    statements."""
    cursor = decode_cursor(after, 2)
    query = sql.GROUPS if cursor is None else sql.GROUPS.where(sql.GROUPS_AFTER)
    since = {"name": cursor[0], "last": parse_id(str(cursor[1]))} if cursor else {}
    rows = session.execute(query, {"network_id": network.id} | since).all()
    shown = rows[: sql.PAGE]
    leading: dict[UUID, list[str]] = {}
    for group_id, name in session.execute(sql.LEADS, {"groups": [row.id for row in shown]}):
        leading.setdefault(group_id, []).append(name)
    lines = [
        GroupLine(row.id, row.name, row.territory, network.name, False, row.members, tuple(leading.get(row.id, ())))
        for row in shown
    ]
    return Page(lines, encode_cursor(shown[-1].name, str(shown[-1].id)) if len(rows) > sql.PAGE else None)


def offered(session: Session, actor: Actor, *, after: str | None = None) -> Page[GroupLine]:
    """Groups that the actor may ask to join: those of the networks of their organisation, without those that they
    asked already, or are asked to join."""
    if not actor.can(policy.TAKE_PART):
        return Page([], None)
    cursor = decode_cursor(after, 3)
    query = sql.OFFERED if cursor is None else sql.OFFERED.where(sql.OFFERED_AFTER)
    since = {"network": cursor[0], "name": cursor[1], "last": parse_id(str(cursor[2]))} if cursor else {}
    found = [GroupLine(**row._mapping) for row in session.execute(query, _who(actor) | since)]
    shown, last = found[: sql.PAGE], found[: sql.PAGE][-1:]
    more = encode_cursor(last[0].network_name, last[0].name, str(last[0].id)) if len(found) > sql.PAGE else None
    return Page(shown, more)


def open_entries(session: Session, group_id: UUID) -> list[tuple[GroupEntry, str, str]]:
    """Requests and invitations that wait for an answer in a group, with the person's name and their organisation's,
    oldest first."""
    return [(row[0], row[1], row[2]) for row in session.execute(sql.ENTRIES, {"group_id": group_id})]


def own_entries(session: Session, actor: Actor) -> list[tuple[GroupEntry, str]]:
    """What the actor asked, or is asked, and is still open; with the name of the group."""
    return [(row[0], row[1]) for row in session.execute(sql.OWN_ENTRIES, _who(actor))]


def person_of(session: Session, network_id: UUID, email: str) -> tuple[UUID, UUID] | None:
    """Who has this address in a company of the network and may take part there: their id, and that of the company."""
    company = select(NetworkCompany.org_id).where(
        NetworkCompany.network_id == network_id, NetworkCompany.until.is_(None)
    )
    query = (
        select(User.id, Membership.org_id, Membership.roles)
        .join(Membership, Membership.user_id == User.id)
        .where(User.email == email.strip().lower(), User.active, Membership.ended_at.is_(None))
        .where(Membership.org_id.in_(company))
        .order_by(Membership.created_at, Membership.org_id)
    )
    with unscoped(COMPANIES, NetworkCompany):
        rows = session.execute(query).all()
    able = (row for row in rows if policy.TAKE_PART in permissions_of(frozenset(row.roles)))
    return next(((row.id, row.org_id) for row in able), None)


def _who(actor: Actor) -> dict[str, UUID | None]:
    return {"me": actor.user_id, "here": actor.org_id}


def _peer(row: Row[*tuple[Any, ...]]) -> Peer:
    return Peer(
        member_id=row.member_id,
        user_id=row.user_id,
        org_id=row.org_id,
        name=row.name,
        email=row.email,
        job_title=row.job_title,
        org_name=row.org_name,
        is_lead=row.is_lead,
        may_lead=policy.LEAD in permissions_of(frozenset(row.roles)),
        since=row.since,
        until=row.until,
    )
