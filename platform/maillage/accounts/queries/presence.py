"""Who is behind a cookie or a token."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from maillage.accounts.models import ApiToken, Membership, Organization, OrganizationStatus, User, UserSession
from maillage.accounts.roles import need_second_factor, permissions_of
from maillage.kernel import clock
from maillage.kernel.actor import Actor, Channel, Reads
from maillage.kernel.crypto import hash_secret

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=10)

ENTERS = and_(Membership.ended_at.is_(None), User.active, Organization.status != OrganizationStatus.SUSPENDED)
_WHO = (
    User.id.label("user_id"),
    User.name.label("user_name"),
    Organization.id.label("org_id"),
    Organization.name.label("org_name"),
    Organization.country,
    Organization.kind,
    Organization.status,
    Organization.mfa_required_at,
    Organization.need_to_know,
    Membership.roles,
    Membership.team,
)

_OTHER = aliased(Membership)
_ELSEWHERE = exists().where(_OTHER.user_id == User.id, _OTHER.id != Membership.id, _OTHER.ended_at.is_(None))

# Made once: every request asks.
_OF_SESSION = (
    select(
        *_WHO,
        UserSession.id.label("session_id"),
        UserSession.last_seen_at,
        UserSession.mfa_at,
        UserSession.mfa_pending,
        UserSession.created_at,
        UserSession.proved_at,
        _ELSEWHERE.label("elsewhere"),
    )
    .join(User, User.id == UserSession.user_id)
    .join(Membership, and_(Membership.user_id == User.id, Membership.org_id == UserSession.org_id))
    .join(Organization, Organization.id == Membership.org_id)
    .where(
        UserSession.secret_hash == bindparam("secret_hash"),
        UserSession.revoked_at.is_(None),
        UserSession.last_seen_at > bindparam("seen_after"),
        UserSession.created_at > bindparam("opened_after"),
        ENTERS,
    )
)
_OF_TOKEN = (
    select(*_WHO, ApiToken.id.label("token_id"), ApiToken.scopes, ApiToken.last_used_at, ApiToken.created_at)
    .join(User, User.id == ApiToken.user_id)
    .join(Membership, and_(Membership.user_id == User.id, Membership.org_id == ApiToken.org_id))
    .join(Organization, Organization.id == Membership.org_id)
    .where(
        ApiToken.secret_hash == bindparam("secret_hash"),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at.is_(None) | (ApiToken.expires_at > bindparam("now")),
        ENTERS,
    )
)


@dataclass(frozen=True, slots=True)
class Presence:
    """Whom a session or a token stands for, as true at this very request. `elsewhere`: they may have other places to
    work at."""

    actor: Actor
    mfa_pending: bool
    seen_at: datetime
    elsewhere: bool = False


def presence_of_session(session: Session, secret: str) -> Presence | None:
    """Who holds this session, in one statement; None when it, the membership or the organisation no longer stands."""
    now = clock.now()
    given = {"secret_hash": hash_secret(secret), "seen_after": now - IDLE, "opened_after": now - LONGEST}
    row = session.execute(_OF_SESSION, given).one_or_none()
    if row is None:
        return None
    pending = row.mfa_pending or (row.mfa_at is None and _owes_second_factor(row))
    permissions = frozenset() if pending else permissions_of(frozenset(row.roles))
    actor = _actor(
        row,
        permissions,
        Channel.WEB,
        mfa=row.mfa_at is not None,
        session_id=row.session_id,
        proved_at=row.proved_at,
    )
    return Presence(actor, pending, row.last_seen_at, row.elsewhere)


def holder_of_session(session: Session, secret: str) -> UUID | None:
    """Whose session this is or was, ended or not: enough to say who wrote a page, never to let anybody in."""
    return session.scalar(select(UserSession.user_id).where(UserSession.secret_hash == hash_secret(secret)))


def presence_of_token(session: Session, secret: str) -> Presence | None:
    """Who holds this API token, in one statement, with the roles' permissions narrowed to the token's scopes."""
    row = session.execute(_OF_TOKEN, {"secret_hash": hash_secret(secret), "now": clock.now()}).one_or_none()
    if row is None:
        return None
    permissions = permissions_of(frozenset(row.roles)) & frozenset(row.scopes)
    actor = _actor(row, permissions, Channel.API, mfa=False, session_id=row.token_id)
    return Presence(actor, False, row.last_used_at or row.created_at)


def actor_at(session: Session, user_id: UUID, org_id: UUID) -> Actor | None:
    """Somebody at one of their organisations, as they would come in now: for what is made for them while they are
    elsewhere. None once they left."""
    who = select(*_WHO).join(Membership, Membership.user_id == User.id)
    at = who.join(Organization, Organization.id == Membership.org_id).where(
        User.id == user_id, Organization.id == org_id
    )
    row = session.execute(at.where(ENTERS)).one_or_none()
    if row is None:
        return None
    return _actor(row, permissions_of(frozenset(row.roles)), Channel.SYSTEM, mfa=False)


def _owes_second_factor(row: Row[*tuple[Any, ...]]) -> bool:
    """A session opened before the organisation asked goes on: nobody loses the form that they are filling in."""
    asked = row.mfa_required_at is not None and row.created_at >= row.mfa_required_at
    return asked or need_second_factor(frozenset(row.roles))


def _actor(
    row: Row[*tuple[Any, ...]],
    permissions: frozenset[str],
    channel: Channel,
    *,
    mfa: bool,
    session_id: UUID | None = None,
    proved_at: datetime | None = None,
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
        reads=Reads(row.need_to_know),
        team=row.team or "",
        mfa=mfa,
        channel=channel,
        session_id=session_id,
        proved_at=proved_at,
    )
