"""What administrators see: of an organisation its invitations and its journal, of the platform its organisations,
people and dead letters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.orm import Session

from maillage.accounts.models import AccessGrant, AccessGrantKind, Membership, Organization, OrganizationKind, User
from maillage.accounts.queries.people import organization_names, user_names
from maillage.kernel import clock
from maillage.kernel.audit import PLATFORM_CHAIN, AuditEntry
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
class JournalLine:
    at: datetime
    who: str
    action: str
    subject: str
    details: dict[str, str]
    channel: str


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


def journal(session: Session, org_id: UUID, after: str | None) -> Page[JournalLine]:
    """What was done in the name of the organisation, the last first.

    It names its own members, past or present, and whom it invited by the name that it typed itself. Who somebody is
    elsewhere, or that they are somewhere at all, is not this organisation's to read.
    """
    return _journal(session, AuditEntry.chain == org_id, after, org_id=org_id)


def platform_journal(session: Session, after: str | None) -> Page[JournalLine]:
    """What the platform itself and its host did."""
    hosts = select(Organization.id).where(Organization.kind == OrganizationKind.HOST)
    return _journal(session, or_(AuditEntry.chain == PLATFORM_CHAIN, AuditEntry.chain.in_(hosts)), after)


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


def count_dead_letters(session: Session) -> int:
    return session.scalar(select(func.count()).where(OutboxJob.dead_at.is_not(None))) or 0


def _who(entry: AuditEntry, names: dict[UUID, str]) -> str:
    """A person, the mailbox in which somebody answered without an account, or the platform itself."""
    return names.get(entry.actor_id, "Quelqu’un") if entry.actor_id else str(entry.details.get("mailbox") or "Maillage")


def _journal(
    session: Session, where: ColumnElement[bool], after: str | None, *, org_id: UUID | None = None
) -> Page[JournalLine]:
    query = select(AuditEntry).where(where).order_by(AuditEntry.id.desc())
    cursor = decode_cursor(after, 1)
    last = parse_id(cursor[0]) if cursor else None
    if last:
        query = query.where(AuditEntry.id < last)
    entries = session.scalars(query.limit(PAGE + 1)).all()
    shown = entries[:PAGE]
    names = _names_in(session, shown, org_id)
    lines = [
        JournalLine(
            at=entry.at,
            who=_who(entry, names),
            action=entry.action,
            subject=_subject(entry, names),
            details={key: str(value) for key, value in entry.details.items() if value not in (None, "")},
            channel=entry.channel,
        )
        for entry in shown
    ]
    return Page(lines, encode_cursor(str(shown[-1].id)) if len(entries) > PAGE else None)


def _names_in(session: Session, entries: Iterable[AuditEntry], org_id: UUID | None) -> dict[UUID, str]:
    """Names of those whom the entries are about; with `org_id`, only what this organisation knows by itself."""
    about: dict[str, set[UUID]] = {}
    for entry in entries:
        about.setdefault("user", set()).update(filter(None, [entry.actor_id]))
        about.setdefault(entry.subject_kind, set()).update(filter(None, [entry.subject_id]))
    people, bodies = about.get("user", set()), about.get("organization", set())
    if org_id is not None:
        members = select(Membership.user_id).where(Membership.org_id == org_id, Membership.user_id.in_(people))
        people, bodies = set(session.scalars(members)), bodies & {org_id}
    invited = session.execute(
        select(AccessGrant.id, AccessGrant.name).where(AccessGrant.id.in_(about.get("invitation", set())))
    )
    return user_names(session, people) | organization_names(session, bodies) | {row[0]: row[1] or "" for row in invited}


def _subject(entry: AuditEntry, names: dict[UUID, str]) -> str:
    """Whom an entry is about, when it has a name here and is not the one who acted."""
    if entry.subject_id is None or entry.subject_id == entry.actor_id:
        return ""
    return names.get(entry.subject_id, "")
