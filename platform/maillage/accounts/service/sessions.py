"""Sessions of browsers: opened, renewed, switched to another organisation, revoked."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from maillage.accounts.models import ApiToken, UserSession
from maillage.accounts.oidc.queries import places
from maillage.accounts.vault import members as vault
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.crypto import hash_secret
from maillage.kernel.db import transaction
from maillage.kernel.errors import NotFound
from maillage.kernel.ids import new_secret


def start(
    session: Session,
    *,
    user_id: UUID,
    org_id: UUID,
    device: str,
    mfa_pending: bool = False,
    mfa_at: datetime | None = None,
    through_org_id: UUID | None = None,
) -> str:
    """Add a session to the caller's transaction; the secret for its cookie is returned, only its hash is kept."""
    secret = new_secret()
    session.add(
        UserSession(
            user_id=user_id,
            org_id=org_id,
            device=device,
            secret_hash=hash_secret(secret),
            mfa_pending=mfa_pending,
            mfa_at=mfa_at,
            through_org_id=through_org_id,
            proved_at=clock.now(),
        )
    )
    return secret


def renew(session: Session, actor: Actor, **values: object) -> str:
    """Change the actor's session and its secret together, so that a copied cookie does not rise with it."""
    secret = new_secret()
    changed = session.execute(
        update(UserSession)
        .where(UserSession.id == actor.session_id, UserSession.revoked_at.is_(None))
        .values(secret_hash=hash_secret(secret), **values)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult
        raise NotFound()
    return secret


def switch_organization(actor: Actor, *, org_id: UUID) -> str:
    """Act for another of one's organisations; returns the renewed secret of the session."""
    with transaction() as session:
        assert actor.user_id is not None
        if org_id not in {found.org_id for found in places(session, actor)}:
            raise NotFound()
        secret = renew(session, actor, org_id=org_id)
        audit.record(session, actor, "session.switched", "organization", org_id)
    return secret


def sign_out(actor: Actor) -> None:
    with transaction() as session:
        revoke(session, UserSession.id == actor.session_id)
        audit.record(session, actor, "session.closed", "session", actor.session_id)


def revoke_session(actor: Actor, *, session_id: UUID) -> None:
    """Sign another browser of one's own out, at its next request."""
    with transaction() as session:
        if not revoke(session, UserSession.id == session_id, UserSession.user_id == actor.user_id):
            raise NotFound()
        audit.record(session, actor, "session.revoked", "session", session_id)


def revoke_other_sessions(actor: Actor) -> int:
    """Sign every other browser of one's own out; returns how many were."""
    with transaction() as session:
        closed = revoke_all(session, actor.user_id, but=actor.session_id)
        audit.record(session, actor, "session.revoked_others", "user", actor.user_id, count=closed)
    return closed


def close_all(actor: Actor, *, copied_at: datetime) -> int:
    """Sign everybody out of an older copy that was put back: sessions closed since it was made would live again."""
    with transaction() as session:
        closed = revoke(session)
        told = copied_at.isoformat(timespec="seconds")
        audit.record(session, actor, "instance.restored", "instance", None, copied_at=told, sessions=closed)
    return closed


def revoke_all(session: Session, user_id: UUID | None, *, but: UUID | None = None) -> int:
    """Close a person's sessions in the caller's transaction, save the one named."""
    others = [UserSession.id != but] if but else []
    return revoke(session, UserSession.user_id == user_id, *others)


def trace_use(actor: Actor) -> None:
    """Note that the actor's session or token is in use now."""
    with transaction() as session:
        if actor.channel is Channel.API:
            session.execute(update(ApiToken).where(ApiToken.id == actor.session_id).values(last_used_at=clock.now()))
        else:
            session.execute(
                update(UserSession).where(UserSession.id == actor.session_id).values(last_seen_at=clock.now())
            )


def revoke(session: Session, *where: ColumnElement[bool]) -> int:
    """Close the sessions that answer to `where`, and the vaults open in them, in the caller's transaction; returns how
    many."""
    vault.shut(session, *where)
    closed = session.execute(
        update(UserSession).where(UserSession.revoked_at.is_(None), *where).values(revoked_at=clock.now())
    )
    return int(closed.rowcount)  # type: ignore[attr-defined]
