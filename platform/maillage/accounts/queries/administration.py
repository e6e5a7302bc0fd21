"""What administrators see: of an organisation its invitations, of the platform its organisations,
people and dead letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from maillage.accounts.models import AccessGrant, AccessGrantKind, Membership, Organization, User
from maillage.kernel import clock
from maillage.kernel.ids import parse_id
from maillage.kernel.outbox import OutboxJob
from maillage.web.paging import Page, decode_cursor, encode_cursor

PAGE = 50


@dataclass(frozen=True, slots=True)
class PendingInvitation:
    grant_id: UUID
    name: str
    email: str
    roles: frozenset[str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OrganizationLine:
    id: UUID
    name: str
    kind: str
    country: str
    status: str
    members: int


@dataclass(frozen=True, slots=True)
class UserLine:
    id: UUID
    name: str
    email: str
    active: bool
    places: tuple[str, ...]
    last_sign_in_at: datetime | None


def pending_invitations(session: Session, org_id: UUID) -> list[PendingInvitation]:
    """Invitations that have not lapsed, as they were typed: nothing here is read from an account."""
    rows = session.scalars(
        select(AccessGrant)
        .where(
            AccessGrant.kind == AccessGrantKind.INVITATION,
            AccessGrant.org_id == org_id,
            AccessGrant.used_at.is_(None),
            AccessGrant.expires_at > clock.now(),
        )
        .order_by(AccessGrant.expires_at, AccessGrant.id)
    )
    return [
        PendingInvitation(row.id, row.name or "", row.email or "", frozenset(row.roles), row.expires_at) for row in rows
    ]


def organizations(
    session: Session, *, text: str = "", status: str = "", kind: str = "", after: str | None = None
) -> Page[OrganizationLine]:
    """Organisations by name; `text` is part of a name, or the beginning of a registration number."""
    members = (
        select(func.count())
        .where(Membership.org_id == Organization.id, Membership.ended_at.is_(None))
        .correlate(Organization)
        .scalar_subquery()
    )
    query = select(Organization, members.label("members")).order_by(Organization.name, Organization.id)
    if text:
        digits = "".join(sign for sign in text if sign.isdigit())
        named = Organization.name.icontains(text, autoescape=True)
        query = query.where(named | Organization.registration.startswith(digits) if len(digits) >= 5 else named)
    if status:
        query = query.where(Organization.status == status)
    if kind:
        query = query.where(Organization.kind == kind)
    cursor = decode_cursor(after, 2)
    last = parse_id(cursor[1]) if cursor else None
    if cursor and last:
        query = query.where(tuple_(Organization.name, Organization.id) > tuple_(str(cursor[0]), last))
    rows = session.execute(query.limit(PAGE + 1)).all()
    lines = [
        OrganizationLine(body.id, body.name, body.kind, body.country, body.status, count) for body, count in rows[:PAGE]
    ]
    return Page(lines, encode_cursor(lines[-1].name, str(lines[-1].id)) if len(rows) > PAGE else None)


def organizations_by_status(session: Session) -> dict[str, int]:
    rows = session.execute(select(Organization.status, func.count()).group_by(Organization.status))
    return {row[0]: row[1] for row in rows}


def find_users(session: Session, text: str) -> list[UserLine]:
    """People whose address holds `text`, at most a page of them."""
    if len(text) < 3:
        return []
    users = session.scalars(
        select(User).where(User.email.contains(text.lower(), autoescape=True)).order_by(User.email).limit(PAGE)
    ).all()
    places: dict[UUID, list[str]] = {}
    for user_id, org_name in session.execute(
        select(Membership.user_id, Organization.name)
        .join(Organization, Organization.id == Membership.org_id)
        .where(Membership.user_id.in_([user.id for user in users]), Membership.ended_at.is_(None))
        .order_by(Organization.name)
    ):
        places.setdefault(user_id, []).append(org_name)
    return [
        UserLine(user.id, user.name, user.email, user.active, tuple(places.get(user.id, ())), user.last_sign_in_at)
        for user in users
    ]


def dead_letters(session: Session) -> Sequence[OutboxJob]:
    """Jobs that were given up, the last first, at most a page of them."""
    return session.scalars(
        select(OutboxJob).where(OutboxJob.dead_at.is_not(None)).order_by(OutboxJob.dead_at.desc()).limit(PAGE)
    ).all()
