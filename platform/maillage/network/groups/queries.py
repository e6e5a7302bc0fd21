"""Reads of networks and groups. Whatever is in a group begins with `standing`: who is outside knows of nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from maillage.accounts.models import Membership, Organization, User
from maillage.accounts.queries import recipients_among
from maillage.accounts.roles import permissions_of
from maillage.kernel.actor import Actor
from maillage.kernel.errors import NotFound
from maillage.kernel.scope import unscoped
from maillage.network.groups import policy
from maillage.network.groups.models import EntryKind, Group, GroupEntry, GroupMember, Network, NetworkCompany
from maillage.network.groups.policy import Deed, Part
from maillage.notifications.values import Recipient

COMPANIES = "who animates a group invites from every company of its network"
TOGETHER = "the members of a group know each other"


@dataclass(frozen=True, slots=True)
class Standing:
    """A group, and who the actor is there. `membership`: their own, active."""

    group: Group
    network: Network
    part: Part
    membership: GroupMember | None

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
    rows = session.execute(
        select(Group.id, Group.name, Group.territory, Network.name.label("network_name"), GroupMember.is_lead)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .join(Network, Network.id == Group.network_id)
        .where(*_own(actor))
        .order_by(Network.name, Group.name, Group.id)
    )
    return [GroupLine(**row._mapping) for row in rows]


def standing(session: Session, actor: Actor, group_id: UUID, deed: Deed = Deed.READ) -> Standing:
    """The group as the actor stands to it; one statement. Raises NotFound, and Forbidden for a deed of others."""
    company = exists().where(
        NetworkCompany.network_id == Group.network_id,
        NetworkCompany.org_id == actor.org_id,
        NetworkCompany.until.is_(None),
    )
    row = session.execute(
        select(Group, Network, GroupMember, company.label("company"))
        .join(Network, Network.id == Group.network_id)
        .outerjoin(GroupMember, and_(GroupMember.group_id == Group.id, *_own(actor)))
        .where(Group.id == group_id)
    ).one_or_none()
    if row is None:
        raise NotFound()
    group, network, membership, works_there = row
    part = policy.part_of(
        actor,
        owner_id=network.org_id,
        company=bool(works_there),
        member=membership is not None,
        is_lead=membership is not None and membership.is_lead,
    )
    policy.ensure(part, deed)
    return Standing(group, network, part, membership)


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
    seat = exists().where(GroupMember.network_id == Network.id, *_own(actor))
    company = exists().where(
        NetworkCompany.network_id == Network.id, NetworkCompany.org_id == actor.org_id, NetworkCompany.until.is_(None)
    )
    return session.scalar(select(Network).where(seat | company).order_by((~seat), Network.name, Network.id).limit(1))


def owned(session: Session, actor: Actor) -> Network | None:
    """The network that the actor coordinates."""
    found = session.scalar(select(Network).where(Network.org_id == actor.org_id))
    return found if found is not None and policy.coordinates(actor, found.org_id) else None


def coordinated(session: Session, actor: Actor) -> Network:
    """The network of a coordinator. Raises NotFound while there is none."""
    found = owned(session, actor)
    if found is None:
        raise NotFound()
    return found


def members(session: Session, actor: Actor, group_id: UUID, *, left: bool = False) -> list[Peer]:
    """Who is in a group that the actor reads, leads first; with `left`, who was, the last to leave first."""
    standing(session, actor, group_id)
    return peers(session, group_id, left=left)


def peers(session: Session, group_id: UUID, *, left: bool = False) -> list[Peer]:
    """The same, for who has shown where they stand."""
    query = (
        select(GroupMember, User.name, User.email, Membership.job_title, Membership.roles, Organization.name)
        .join(User, User.id == GroupMember.user_id)
        .join(Organization, Organization.id == GroupMember.org_id)
        .join(Membership, and_(Membership.user_id == User.id, Membership.org_id == Organization.id))
        .where(GroupMember.group_id == group_id)
    )
    if left:
        gone = GroupMember.until.is_not(None) | Membership.ended_at.is_not(None)
        query = query.where(gone).order_by(GroupMember.until.desc(), User.name, GroupMember.id).limit(100)
    else:
        query = query.where(_PRESENT).order_by(GroupMember.is_lead.desc(), User.name, GroupMember.id)
    with unscoped(TOGETHER, GroupMember):
        rows = session.execute(query).all()
    return [
        Peer(
            member_id=row.id,
            user_id=row.user_id,
            org_id=row.org_id,
            name=name,
            email=email,
            job_title=job_title or "",
            org_name=org_name,
            is_lead=row.is_lead,
            may_lead=policy.LEAD in permissions_of(frozenset(roles)),
            since=row.since,
            until=row.until,
        )
        for row, name, email, job_title, roles, org_name in rows
    ]


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


def groups_of(session: Session, network: Network) -> list[GroupLine]:
    """Every group of a network that the actor coordinates, with its leads and how many are in it; two statements."""
    rows = session.execute(
        select(Group, func.count(GroupMember.id))
        .outerjoin(GroupMember, and_(GroupMember.group_id == Group.id, GroupMember.until.is_(None)))
        .where(Group.network_id == network.id)
        .group_by(Group.id)
        .order_by(Group.name, Group.id)
    ).all()
    leading: dict[UUID, list[str]] = {}
    leads = (
        select(GroupMember.group_id, User.name)
        .join(User, User.id == GroupMember.user_id)
        .join(Membership, and_(Membership.user_id == User.id, Membership.org_id == GroupMember.org_id))
        .where(GroupMember.network_id == network.id, GroupMember.is_lead, _PRESENT)
        .order_by(User.name)
    )
    for group_id, name in session.execute(leads):
        leading.setdefault(group_id, []).append(name)
    return [
        GroupLine(one.id, one.name, one.territory, network.name, False, count, tuple(leading.get(one.id, ())))
        for one, count in rows
    ]


def offered(session: Session, actor: Actor) -> list[GroupLine]:
    """Groups that the actor may ask to join: those of the networks of their organisation."""
    if not actor.can(policy.TAKE_PART):
        return []
    inside = select(GroupMember.group_id).where(*_own(actor))
    rows = session.execute(
        select(Group.id, Group.name, Group.territory, Network.name.label("network_name"))
        .join(Network, Network.id == Group.network_id)
        .join(NetworkCompany, NetworkCompany.network_id == Network.id)
        .where(NetworkCompany.org_id == actor.org_id, NetworkCompany.until.is_(None), Group.id.not_in(inside))
        .order_by(Network.name, Group.name, Group.id)
    )
    return [GroupLine(**row._mapping) for row in rows]


def open_entries(session: Session, group_id: UUID, kind: EntryKind) -> Sequence[tuple[GroupEntry, str, str]]:
    """What waits for an answer in a group, with the person's name and their organisation's, oldest first."""
    rows = session.execute(
        select(GroupEntry, User.name, Organization.name)
        .join(User, User.id == GroupEntry.user_id)
        .join(Organization, Organization.id == GroupEntry.org_id)
        .where(GroupEntry.group_id == group_id, GroupEntry.kind == kind, GroupEntry.answered_at.is_(None))
        .order_by(GroupEntry.at, GroupEntry.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def own_entries(session: Session, actor: Actor) -> list[tuple[GroupEntry, str]]:
    """What the actor asked, or is asked, and is still open; with the name of the group."""
    rows = session.execute(
        select(GroupEntry, Group.name)
        .join(Group, Group.id == GroupEntry.group_id)
        .where(GroupEntry.user_id == actor.user_id, GroupEntry.org_id == actor.org_id, GroupEntry.answered_at.is_(None))
        .order_by(GroupEntry.at, GroupEntry.id)
    )
    return [(row[0], row[1]) for row in rows]


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


def _own(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        GroupMember.user_id == actor.user_id,
        GroupMember.org_id == actor.org_id,
        GroupMember.until.is_(None),
    )


_PRESENT = and_(GroupMember.until.is_(None), Membership.ended_at.is_(None), User.active)
