"""Reads of the accounts: who is behind a cookie or a token, who is told what, who works where."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.orm import Session

from maillage.accounts.models import ApiToken, Membership, Organization, OrganizationStatus, User, UserSession
from maillage.accounts.roles import permissions_of
from maillage.kernel import clock
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.crypto import hash_secret
from maillage.notifications.values import Recipient

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=10)

_ENTERS = and_(Membership.ended_at.is_(None), User.active, Organization.status != OrganizationStatus.SUSPENDED)
_REACHABLE = and_(Membership.ended_at.is_(None), User.active, User.password_hash.is_not(None))
_WHO = (
    User.id.label("user_id"),
    User.name.label("user_name"),
    Organization.id.label("org_id"),
    Organization.name.label("org_name"),
    Organization.country,
    Organization.kind,
    Organization.status,
    Organization.require_mfa,
    Membership.roles,
)


@dataclass(frozen=True, slots=True)
class Presence:
    """Whom a session or a token stands for, as true at this very request."""

    actor: Actor
    mfa_pending: bool
    seen_at: datetime


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


def presence_of_session(session: Session, secret: str) -> Presence | None:
    """Who holds this session, in one statement; None when it, the membership or the organisation no longer stands."""
    now = clock.now()
    row = session.execute(
        select(
            *_WHO,
            UserSession.id.label("session_id"),
            UserSession.last_seen_at,
            UserSession.mfa_at,
            UserSession.mfa_pending,
        )
        .join(User, User.id == UserSession.user_id)
        .join(Membership, and_(Membership.user_id == User.id, Membership.org_id == UserSession.org_id))
        .join(Organization, Organization.id == Membership.org_id)
        .where(
            UserSession.secret_hash == hash_secret(secret),
            UserSession.revoked_at.is_(None),
            UserSession.last_seen_at > now - IDLE,
            UserSession.created_at > now - LONGEST,
            _ENTERS,
        )
    ).one_or_none()
    if row is None:
        return None
    pending = row.mfa_pending or (row.require_mfa and row.mfa_at is None)
    permissions = frozenset() if pending else permissions_of(frozenset(row.roles))
    actor = _actor(row, permissions, Channel.WEB, mfa=row.mfa_at is not None, session_id=row.session_id)
    return Presence(actor, pending, row.last_seen_at)


def presence_of_token(session: Session, secret: str) -> Presence | None:
    """Who holds this API token, in one statement, with the roles' permissions narrowed to the token's scopes."""
    row = session.execute(
        select(*_WHO, ApiToken.id.label("token_id"), ApiToken.scopes, ApiToken.last_used_at, ApiToken.created_at)
        .join(User, User.id == ApiToken.user_id)
        .join(Membership, and_(Membership.user_id == User.id, Membership.org_id == ApiToken.org_id))
        .join(Organization, Organization.id == Membership.org_id)
        .where(
            ApiToken.secret_hash == hash_secret(secret),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at.is_(None) | (ApiToken.expires_at > clock.now()),
            _ENTERS,
        )
    ).one_or_none()
    if row is None:
        return None
    permissions = permissions_of(frozenset(row.roles)) & frozenset(row.scopes)
    actor = _actor(row, permissions, Channel.API, mfa=False, session_id=row.token_id)
    return Presence(actor, False, row.last_used_at or row.created_at)


def organization(session: Session, org_id: UUID) -> Organization | None:
    return session.get(Organization, org_id)


def organization_names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    return _names(session, Organization.id, Organization.name, ids)


def user_names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    return _names(session, User.id, User.name, ids)


def affiliations(session: Session, user_id: UUID) -> list[Affiliation]:
    """The organisations that this person may act for now, by name."""
    rows = session.execute(
        select(Organization.id, Organization.name, Organization.kind, Membership.roles)
        .join(Membership, Membership.org_id == Organization.id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.user_id == user_id, _ENTERS)
        .order_by(Organization.name, Organization.id)
    )
    return [Affiliation(row.id, row.name, row.kind, frozenset(row.roles)) for row in rows]


def colleagues(session: Session, org_id: UUID) -> list[Colleague]:
    """Present members of the organisation, by name."""
    rows = session.execute(
        select(User.id, User.name, User.email, Membership.roles, Membership.job_title)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.org_id == org_id, Membership.ended_at.is_(None), User.active)
        .order_by(User.name, User.id)
    )
    return [Colleague(row.id, row.name, row.email, frozenset(row.roles), row.job_title) for row in rows]


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


def _recipient(user: User, body: Organization) -> Recipient:
    return Recipient(user.id, user.email, user.name, user.locale, body.country, body.id)


def _names(session: Session, key: object, name: object, ids: Iterable[UUID]) -> dict[UUID, str]:
    wanted = set(ids)
    if not wanted:
        return {}
    rows = session.execute(select(key, name).where(key.in_(wanted)))  # type: ignore[call-overload, attr-defined]
    return {row[0]: row[1] for row in rows}


def _actor(
    row: Row[*tuple[Any, ...]], permissions: frozenset[str], channel: Channel, *, mfa: bool, session_id: UUID
) -> Actor:
    return Actor(
        user_id=row.user_id,
        org_id=row.org_id,
        country=row.country,
        user_name=row.user_name,
        org_name=row.org_name,
        org_kind=row.kind,
        org_vetted=row.status == OrganizationStatus.VETTED,
        roles=frozenset(row.roles),
        permissions=permissions,
        mfa=mfa,
        channel=channel,
        session_id=session_id,
    )
