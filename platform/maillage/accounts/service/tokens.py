"""API tokens: keys of one person for one organisation, never wider than their roles."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from maillage.accounts import policy
from maillage.accounts.models import ApiToken, Membership
from maillage.accounts.roles import permissions_of
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.crypto import hash_secret
from maillage.kernel.db import transaction
from maillage.kernel.errors import Invalid, NotFound
from maillage.kernel.ids import new_id, new_secret

LONGEST: Final = timedelta(days=366)


def issue_token(
    actor: Actor,
    *,
    user_id: UUID,
    org_id: UUID,
    label: str,
    scopes: Iterable[str],
    expires_at: datetime | None,
) -> str:
    """A new key; its secret is returned this once. One's own for one's present organisation, anybody's for the host.

    Scopes are measured against the roles of the day; roles lost later narrow the key at its next use.
    """
    if (user_id, org_id) != (actor.user_id, actor.org_id):
        policy.ensure_platform(actor)
    called = label.strip()
    if not called or len(called) > 80:
        raise Invalid(fields={"label": "Donnez un nom à cette clé, en 80 caractères au plus."})
    if expires_at is not None and not clock.now() < expires_at <= clock.now() + LONGEST:
        raise Invalid(fields={"expires_at": "Choisissez une date de fin dans l’année qui vient."})
    secret = new_secret()
    with transaction() as session:
        roles = session.scalar(
            select(Membership.roles).where(
                Membership.user_id == user_id, Membership.org_id == org_id, Membership.ended_at.is_(None)
            )
        )
        if roles is None:
            raise NotFound()
        token = ApiToken(
            id=new_id(),
            user_id=user_id,
            org_id=org_id,
            label=called,
            secret_hash=hash_secret(secret),
            scopes=policy.ensure_scopes(scopes, permissions_of(frozenset(roles))),
            expires_at=expires_at,
        )
        session.add(token)
        audit.record(session, actor, "token.issued", "token", token.id)
    return secret


def revoke_token(actor: Actor, *, token_id: UUID) -> None:
    """Void one of one's own keys, at its next use."""
    with transaction() as session:
        voided = session.execute(
            update(ApiToken)
            .where(ApiToken.id == token_id, ApiToken.user_id == actor.user_id, ApiToken.revoked_at.is_(None))
            .values(revoked_at=clock.now())
        )
        if voided.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult
            raise NotFound()
        audit.record(session, actor, "token.revoked", "token", token_id)
