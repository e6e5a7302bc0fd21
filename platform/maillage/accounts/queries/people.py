"""Who works where, and who is told what."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, String, and_, cast, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from maillage.accounts.models import Membership, Organization, OrganizationKind, OrganizationStatus, User
from maillage.accounts.queries.presence import ENTERS
from maillage.accounts.roles import permissions_of, roles_giving
from maillage.kernel.actor import Actor, Reads
from maillage.notifications.values import Recipient

_REACHABLE = and_(Membership.ended_at.is_(None), User.active, User.password_hash.is_not(None))


@dataclass(frozen=True, slots=True)
class Affiliation:
    org_id: UUID
    org_name: str
    org_kind: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Colleague:
    user_id: UUID
    name: str
    email: str
    roles: frozenset[str]
    job_title: str | None
    team: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works in an organisation: as little as keeping them out of something needs."""

    user_id: UUID
    name: str
    permissions: frozenset[str]


def organization(session: Session, org_id: UUID) -> Organization | None:
    return session.get(Organization, org_id)


def host(session: Session) -> Organization | None:
    """Who runs this platform, to be written to: the oldest host that gave an address."""
    hosts = select(Organization).where(Organization.kind == OrganizationKind.HOST, Organization.email.is_not(None))
    return session.scalar(hosts.order_by(Organization.created_at, Organization.id).limit(1))


def organization_names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    return _names(session, Organization.id, Organization.name, ids)


def organization_name(org_id: ColumnElement[UUID]) -> ColumnElement[str]:
    """The name of the organisation of this number, as a column of a statement that lists something else."""
    return select(Organization.name).where(Organization.id == org_id).scalar_subquery()


def active(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Those of these organisations that the host has not suspended."""
    wanted = select(Organization.id).where(Organization.id.in_(list(ids)))
    return set(session.scalars(wanted.where(Organization.status != OrganizationStatus.SUSPENDED)))


def user_names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    return _names(session, User.id, User.name, ids)


def affiliations(session: Session, user_id: UUID, *where: ColumnElement[bool]) -> list[Affiliation]:
    """The organisations that this person may act for now, by name; with `where`, only those."""
    rows = session.execute(
        select(Organization.id, Organization.name, Organization.kind, Membership.roles)
        .join(Membership, Membership.org_id == Organization.id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.user_id == user_id, ENTERS, *where)
        .order_by(Organization.name, Organization.id)
    )
    return [Affiliation(row.id, row.name, row.kind, frozenset(row.roles)) for row in rows]


def colleagues(session: Session, org_id: UUID) -> list[Colleague]:
    """Present members of the organisation, by name."""
    rows = session.execute(
        select(User.id, User.name, User.email, Membership.roles, Membership.job_title, Membership.team)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.org_id == org_id, Membership.ended_at.is_(None), User.active)
        .order_by(User.name, User.id)
    )
    return [Colleague(row.id, row.name, row.email, frozenset(row.roles), row.job_title, row.team) for row in rows]


def with_members(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """A query on organisations, with a row for each present member of theirs (one without, where there is none) and
    the columns that `member_of` reads."""
    place, person = aliased(Membership), aliased(User)
    return (
        query.outerjoin(place, and_(place.org_id == Organization.id, place.ended_at.is_(None)))
        .outerjoin(person, and_(person.id == place.user_id, person.active))
        .add_columns(person.id.label("member_id"), person.name.label("member_name"), place.roles.label("member_roles"))
    )


def member_of(row: Row[Any]) -> Member | None:
    if row.member_id is None:
        return None
    return Member(row.member_id, row.member_name, permissions_of(frozenset(row.member_roles)))


def whose_work(actor: Actor) -> Select[UUID]:
    """The people of an organisation whose work this member reads by its rule; of who left, everybody takes it up."""
    within: list[ColumnElement[bool]] = [Membership.user_id == actor.user_id, Membership.ended_at.is_not(None)]
    if actor.reads is Reads.TEAM and actor.team:
        within.append(Membership.team == actor.team)
    return select(Membership.user_id).where(Membership.org_id == actor.org_id, or_(*within))


def who_reads(session: Session, org_id: UUID, workers: Collection[UUID]) -> set[UUID] | None:
    """Who of an organisation reads the work of these by its rule; None: everybody, as when one of them left."""
    rule = session.scalar(select(Organization.need_to_know).where(Organization.id == org_id))
    present = {one.user_id: one for one in colleagues(session, org_id)}
    if rule == Reads.ALL or not set(workers) <= present.keys():
        return None
    teams = {present[id_].team for id_ in workers} - {None} if rule == Reads.TEAM else set()
    return {*workers, *(one.user_id for one in present.values() if one.team in teams)}


def recipients(session: Session, org_id: UUID, permission: str) -> list[Recipient]:
    """Members whose roles give `permission`; the organisation's own mailbox when there is none."""
    rows = session.execute(
        select(User, Membership.roles, Organization)
        .select_from(Organization)
        .outerjoin(Membership, and_(Membership.org_id == Organization.id, Membership.ended_at.is_(None)))
        .outerjoin(User, and_(User.id == Membership.user_id, User.active, User.password_hash.is_not(None)))
        .where(Organization.id == org_id)
        .order_by(User.name, User.id)
    ).all()
    told = [
        _recipient(user, body)
        for user, roles, body in rows
        if user is not None and permission in permissions_of(frozenset(roles))
    ]
    if told or not rows:
        return told
    body = rows[0][2]
    return [Recipient(None, body.email, body.name, "fr", body.country, body.id)] if body.email else []


def holders(session: Session, permission: str, country: str) -> list[Recipient]:
    """Everybody who holds `permission` in an organisation of a country, once for each."""
    rows = session.execute(
        select(User, Organization)
        .join(Membership, Membership.user_id == User.id)
        .join(Organization, Organization.id == Membership.org_id)
        .where(Organization.country == country, _REACHABLE, _gives(permission))
        .order_by(User.name, User.id, Organization.id)
    )
    return [_recipient(user, body) for user, body in rows]


def _gives(permission: str) -> ColumnElement[bool]:
    return _holds(roles_giving(permission))


def _holds(roles: Iterable[str]) -> ColumnElement[bool]:
    return or_(*(cast(Membership.roles, String).contains(f'"{name}"', autoescape=True) for name in roles))


def held(permission: str) -> ColumnElement[bool]:
    """Whether somebody who can come in holds `permission` in the organisation of the surrounding query."""
    return exists().where(
        Membership.org_id == Organization.id, Membership.user_id == User.id, _REACHABLE, _gives(permission)
    )


def answers_from_mailbox(permission: str) -> ColumnElement[bool]:
    """Whether the organisation of the surrounding query, where nobody holds `permission`, has a mailbox of its own
    that the host vouches for."""
    vouched = and_(Organization.email.is_not(None), Organization.mailbox_proof.is_not(None))
    return and_(Organization.status == OrganizationStatus.VETTED, vouched, ~held(permission))


def answering_mailbox(session: Session, org_id: UUID, permission: str) -> Organization | None:
    """The organisation, when what waits for it is answered from its mailbox."""
    return session.scalar(select(Organization).where(Organization.id == org_id, answers_from_mailbox(permission)))


def recipients_for_users(session: Session, user_ids: Iterable[UUID], *, org_id: UUID | None = None) -> list[Recipient]:
    """These people, once each, as far as they still work somewhere; with `org_id`, only as members of it."""
    where: list[ColumnElement[bool]] = [User.id.in_(list(user_ids)), _REACHABLE]
    if org_id is not None:
        where.append(Membership.org_id == org_id)
    rows = session.execute(
        select(User, Organization)
        .join(Membership, Membership.user_id == User.id)
        .join(Organization, Organization.id == Membership.org_id)
        .where(*where)
        .order_by(User.name, User.id, Membership.created_at)
    )
    found: dict[UUID, Recipient] = {}
    for user, body in rows:
        found.setdefault(user.id, _recipient(user, body))
    return list(found.values())


def recipients_among(
    session: Session, members: Select[UUID, UUID], *, roles: Collection[str] | None = None
) -> list[Recipient]:
    """Those of these members, a person's id and their organisation's, who still work there, once each; with `roles`,
    those who hold one of them there."""
    wanted = members.subquery()
    query = (
        select(User, Organization)
        .join(Membership, Membership.user_id == User.id)
        .join(Organization, Organization.id == Membership.org_id)
        .join(wanted, and_(wanted.c.user_id == Membership.user_id, wanted.c.org_id == Membership.org_id))
        .where(_REACHABLE)
        .order_by(User.name, User.id, Organization.id)
    )
    if roles is not None:
        query = query.where(_holds(roles))
    return list({user.id: _recipient(user, body) for user, body in session.execute(query)}.values())


def _recipient(user: User, body: Organization) -> Recipient:
    return Recipient(user.id, user.email, user.name, user.locale, body.country, body.id)


def _names(
    session: Session, key: InstrumentedAttribute[UUID], name: InstrumentedAttribute[str], ids: Iterable[UUID]
) -> dict[UUID, str]:
    wanted = set(ids)
    if not wanted:
        return {}
    rows = session.execute(select(key, name).where(key.in_(wanted)))
    return {row[0]: row[1] for row in rows}
