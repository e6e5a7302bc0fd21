"""Passwords: changed by who knows the present one, or chosen anew through a mailed link."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts import password_rules, passwords, queries
from maillage.accounts.models import AccessGrantKind, User
from maillage.accounts.notices import PASSWORD_CHANGED
from maillage.accounts.service import alerts, attempts, grants, sessions
from maillage.accounts.service.members import checked_email
from maillage.accounts.service.second_factor import ensure_password
from maillage.accounts.vault import members as vault
from maillage.kernel import audit
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.db import session as reading
from maillage.kernel.db import transaction
from maillage.kernel.errors import TooMany


@dataclass(frozen=True, slots=True)
class Resetting:
    """Whose password a link lets one choose."""

    user_id: UUID
    email: str


def ask_reset(*, email: str) -> None:
    """Mail a way back in, if the address is somebody’s: answered the same either way. Raises Invalid on no address."""
    address = checked_email(email)
    try:
        attempts.take(f"reset|{address}")
    except TooMany:
        return
    with transaction() as session:
        user = session.scalar(select(User).where(User.email == address, User.active, User.password_hash.is_not(None)))
        if user is not None:
            grants.give_reset(session, user.id)


def resetting(*, secret: str) -> Resetting:
    """What the page of a reset link shows. Raises LinkExpired."""
    user = grants.find(reading(), AccessGrantKind.PASSWORD_RESET, secret).user
    assert user is not None
    return Resetting(user.id, user.email)


def reset_password(*, secret: str, password: str) -> None:
    """Choose a new password through the link. Sessions end everywhere, a second factor stays. Raises LinkExpired."""
    whose = resetting(secret=secret)
    password_rules.check(password, about=_about(reading(), whose.user_id, whose.email))
    reading().rollback()
    fresh = passwords.hashed(password)
    with transaction() as session:
        found = grants.find(session, AccessGrantKind.PASSWORD_RESET, secret)
        grants.use(session, found.grant)
        user = found.user
        assert user is not None
        grants.void_resets(session, user.id)
        user.password_hash = fresh
        attempts.forget(session, f"password|{user.email}")
        actor = _somebody(session, user.id)
        audit.record(session, actor, "password.reset", "user", user.id)
        vault.leave_everywhere(session, user.id)
        sessions.revoke_all(session, user.id)
        alerts.tell(session, user.id, PASSWORD_CHANGED)


def change_password(actor: Actor, *, current: str, password: str) -> str:
    """Change one's password; other sessions end and this one is renewed: its new secret is returned."""
    assert actor.user_id is not None
    ensure_password(actor, current)
    user = reading().get_one(User, actor.user_id)
    password_rules.check(password, about=_about(reading(), user.id, user.email))
    reading().rollback()
    fresh = passwords.hashed(password)
    rewrapped = vault.rewrappings(reading(), actor.user_id, current=current, password=password)
    with transaction() as session:
        session.get_one(User, actor.user_id).password_hash = fresh
        vault.rewrap(session, rewrapped)
        grants.void_resets(session, actor.user_id)
        sessions.revoke_all(session, actor.user_id, but=actor.session_id)
        audit.record(session, actor, "password.changed", "user", actor.user_id)
        alerts.tell(session, actor.user_id, PASSWORD_CHANGED)
        return sessions.renew(session, actor)


def _about(session: Session, user_id: UUID, email: str) -> list[str]:
    return [email, *(place.org_name for place in queries.affiliations(session, user_id))]


def _somebody(session: Session, user_id: UUID) -> Actor:
    """Who acts through a mailed link, for the journal of their first organisation."""
    places = queries.affiliations(session, user_id)
    return Actor(user_id=user_id, org_id=places[0].org_id if places else None, channel=Channel.LINK)
