"""People as such: created by the host, changing their own profile, deactivated."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from maillage.accounts import password_rules, passwords, policy
from maillage.accounts.models import ApiToken, Membership, Organization, User
from maillage.accounts.service import sessions
from maillage.accounts.service.members import checked_email, checked_name, seat
from maillage.accounts.vault import members as vault
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, NotFound
from maillage.kernel.ids import new_id


def create_user(
    actor: Actor,
    *,
    email: str,
    name: str,
    password: str,
    org_id: UUID,
    roles: Iterable[str],
    job_title: str | None = None,
    user_id: UUID | None = None,
) -> UUID:
    """Add a person with a password already chosen, member of an organisation; returns their id.

    For loaders and the command line: everybody else is invited, so that nobody knows another's password.
    """
    policy.ensure_platform(actor)
    address, called = checked_email(email), checked_name(name)
    password_rules.check(password, about=[address])
    fresh = passwords.hashed(password)
    with transaction() as session:
        body = session.get(Organization, org_id)
        if body is None:
            raise NotFound()
        given = policy.ensure_roles(actor, body.kind, roles)
        if session.scalar(select(User.id).where(User.email == address)) is not None:
            raise Conflict("Un compte existe déjà pour cette adresse.")
        user = User(id=user_id or new_id(), email=address, name=called, password_hash=fresh)
        session.add(user)
        session.flush()
        seat(session, user.id, org_id, given, job_title)
        audit.record(session, actor, "user.created", "user", user.id)
    return user.id


def change_profile(actor: Actor, *, name: str, job_title: str | None) -> None:
    """One's own name everywhere, and one's function in the present organisation."""
    called = checked_name(name)
    with transaction() as session:
        session.get_one(User, actor.user_id).name = called
        membership = session.scalar(
            select(Membership).where(Membership.user_id == actor.user_id, Membership.org_id == actor.org_id)
        )
        if membership is not None:
            membership.job_title = job_title or None
        audit.record(session, actor, "profile.changed", "user", actor.user_id)


def deactivate_user(actor: Actor, *, user_id: UUID) -> None:
    """Shut a person out everywhere, at their next request."""
    policy.ensure_platform(actor)
    if user_id == actor.user_id:
        raise Conflict("Vous ne pouvez pas désactiver votre propre compte.")
    with transaction() as session:
        user = _user(session, user_id)
        user.active = False
        sessions.revoke_all(session, user_id)
        vault.leave_everywhere(session, user_id)
        session.execute(
            update(ApiToken)
            .where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
            .values(revoked_at=clock.now())
        )
        audit.record(session, actor, "user.deactivated", "user", user_id)


def reactivate_user(actor: Actor, *, user_id: UUID) -> None:
    policy.ensure_platform(actor)
    with transaction() as session:
        _user(session, user_id).active = True
        audit.record(session, actor, "user.reactivated", "user", user_id)


def _user(session: Session, user_id: UUID) -> User:
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound()
    return user
