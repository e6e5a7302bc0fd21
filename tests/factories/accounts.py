"""Organisations and people for tests, written straight into the database; passwords are all PASSWORD."""

from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import select

from maillage.accounts.models import ApiToken, Membership, Organization, User
from maillage.accounts.roles import need_second_factor, permissions_of
from maillage.accounts.service import sessions
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor, Channel, Reads
from maillage.kernel.crypto import hash_secret
from maillage.kernel.db import session, transaction
from maillage.kernel.ids import new_secret

PASSWORD = "les cerises du jardin"
HASH = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)  # one for all: as dear as the rest
_numbers = count(1)


def make_organization(**overrides: Any) -> Organization:
    """A vetted French association, unless told otherwise."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "name": f"Organisation {number}",
        "kind": "association",
        "country": "FR",
        "status": "vetted",
        "email": f"contact{number}@organisation.example",
    }
    body = Organization(**(values | overrides))
    with transaction() as tx:
        tx.add(body)
        tx.flush()
        audit.open_chain(tx, body.id)
    return body


def make_user(org: Organization, roles: tuple[str, ...] = ("referent",), **overrides: Any) -> User:
    """A person who has taken up their invitation, member of `org`."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "email": f"personne{number}@organisation.example",
        "name": f"Personne {number}",
        "password_hash": HASH,
    }
    user = User(**(values | overrides))
    with transaction() as tx:
        tx.add(user)
        tx.flush()
        tx.add(Membership(user_id=user.id, org_id=org.id, roles=list(roles)))
    return user


def join(user: User, org: Organization, roles: tuple[str, ...] = ("referent",)) -> Membership:
    """Make a person a member of one more organisation."""
    membership = Membership(user_id=user.id, org_id=org.id, roles=list(roles))
    with transaction() as tx:
        tx.add(membership)
    return membership


def actor_of(user: User, org: Organization, **overrides: Any) -> Actor:
    """Who acts when `user` works for `org`, as the session loader would build it."""
    stored = session().scalar(select(Membership).where(Membership.user_id == user.id, Membership.org_id == org.id))
    roles = frozenset(stored.roles if stored else ())
    values: dict[str, Any] = {
        "user_id": user.id,
        "org_id": org.id,
        "country": org.country,
        "user_name": user.name,
        "org_name": org.name,
        "org_kind": org.kind,
        "org_vetted": org.status == "vetted",
        "roles": roles,
        "permissions": permissions_of(roles),
        "reads": Reads(org.need_to_know),
        "team": (stored.team if stored else None) or "",
        "channel": Channel.WEB,
    }
    return Actor(**(values | overrides))


def sign_in(client: FlaskClient, user: User, org: Organization | None = None) -> FlaskClient:
    """Give the client's browser a session of `user`, as the sign-in pages would, second factor included where their
    role wants one; the client, to be chained."""
    with transaction() as tx:
        org_id = org.id if org else tx.scalar(select(Membership.org_id).where(Membership.user_id == user.id))
        assert isinstance(org_id, UUID)
        roles = tx.scalar(select(Membership.roles).where(Membership.user_id == user.id, Membership.org_id == org_id))
        mfa_at = clock.now() if need_second_factor(frozenset(roles or ())) else None
        secret = sessions.start(tx, user_id=user.id, org_id=org_id, device="Navigateur de test", mfa_at=mfa_at)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = secret
    return client


def bearer(user: User, org: Organization, *scopes: str, expires_at: datetime | None = None) -> dict[str, str]:
    """Headers of an API token of `user` for `org`; without scopes, everything the roles allow."""
    secret = new_secret()
    with transaction() as tx:
        token = ApiToken(user_id=user.id, org_id=org.id, label="test", secret_hash=hash_secret(secret))
        token.scopes = sorted(scopes or actor_of(user, org).permissions)
        token.expires_at = expires_at
        token.last_used_at = clock.now()
        tx.add(token)
    return {"Authorization": f"Bearer {secret}"}
