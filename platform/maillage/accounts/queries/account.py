"""What a person sees of their own account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from maillage.accounts.models import ApiToken, Membership, Organization, RecoveryCode, SecurityKey, User, UserSession
from maillage.accounts.queries.presence import IDLE, LONGEST
from maillage.kernel import clock
from maillage.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Profile:
    email: str
    name: str
    job_title: str | None
    totp_since: datetime | None
    security_keys: int
    recovery_codes_left: int
    sessions: int
    tokens: int


@dataclass(frozen=True, slots=True)
class TokenLine:
    id: UUID
    label: str
    org_name: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


def profile(session: Session, actor: Actor) -> Profile:
    codes = select(func.count()).where(RecoveryCode.user_id == User.id, RecoveryCode.used_at.is_(None))
    row = session.execute(
        select(User, Membership.job_title, codes.scalar_subquery().label("codes"))
        .join(Membership, Membership.user_id == User.id)
        .where(User.id == actor.user_id, Membership.org_id == actor.org_id)
    ).one()
    user: User = row.User
    return Profile(
        email=user.email,
        name=user.name,
        job_title=row.job_title,
        totp_since=user.totp_confirmed_at,
        security_keys=len(own_keys(session, actor)),
        recovery_codes_left=row.codes,
        sessions=len(own_sessions(session, actor)),
        tokens=len(own_tokens(session, actor)),
    )


def own_email(session: Session, actor: Actor) -> str:
    return session.scalar(select(User.email).where(User.id == actor.user_id)) or ""


def has_second_factor(session: Session, actor: Actor) -> bool:
    return actor.user_id is not None and has_factor(session, actor.user_id)


def has_factor(session: Session, user_id: UUID) -> bool:
    """Whether this person has an application of codes or a security key in use."""
    keys = exists().where(SecurityKey.user_id == User.id)
    return bool(session.scalar(select(User.totp_confirmed_at.is_not(None) | keys).where(User.id == user_id)))


def own_keys(session: Session, actor: Actor) -> Sequence[SecurityKey]:
    """Security keys in use, the first added first."""
    return session.scalars(
        select(SecurityKey).where(SecurityKey.user_id == actor.user_id).order_by(SecurityKey.created_at, SecurityKey.id)
    ).all()


def own_sessions(session: Session, actor: Actor) -> Sequence[UserSession]:
    """Browsers in which the person is signed in now, the last used first."""
    now = clock.now()
    return session.scalars(
        select(UserSession)
        .where(
            UserSession.user_id == actor.user_id,
            UserSession.revoked_at.is_(None),
            UserSession.last_seen_at > now - IDLE,
            UserSession.created_at > now - LONGEST,
        )
        .order_by(UserSession.last_seen_at.desc(), UserSession.id)
    ).all()


def own_tokens(session: Session, actor: Actor) -> list[TokenLine]:
    """Keys that still open something, for whichever organisation, the newest first."""
    rows = session.execute(
        select(ApiToken, Organization.name)
        .join(Organization, Organization.id == ApiToken.org_id)
        .where(
            ApiToken.user_id == actor.user_id,
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at.is_(None) | (ApiToken.expires_at > clock.now()),
        )
        .order_by(ApiToken.created_at.desc(), ApiToken.id)
    )
    return [
        TokenLine(
            token.id,
            token.label,
            org_name,
            tuple(token.scopes),
            token.created_at,
            token.last_used_at,
            token.expires_at,
        )
        for token, org_name in rows
    ]
