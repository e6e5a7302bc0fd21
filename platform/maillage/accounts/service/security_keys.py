"""Security keys and passkeys as second factor: added, asked to sign, removed.

What a key is to sign is drawn for one session, serves once and lapses after five minutes.
"""

import secrets
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from maillage.accounts import ceremonies
from maillage.accounts.ceremonies import Site
from maillage.accounts.models import RecoveryCode, SecurityKey, User, UserSession
from maillage.accounts.notices import SECOND_FACTOR_ADDED, SECOND_FACTOR_REMOVED
from maillage.accounts.service import alerts, sessions
from maillage.accounts.service.second_factor import Enrolment, ensure_may_add, fresh_codes
from maillage.accounts.service.sign_in import pass_second_factor
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Invalid, NotFound

CHALLENGE_LASTS: Final = timedelta(minutes=5)
MOST: Final = 10


def offer_key(actor: Actor, *, site: Site) -> str:
    """What the browser needs to add a key, as JSON."""
    with transaction() as session:
        user = session.get_one(User, actor.user_id)
        ensure_may_add(session, actor)
        known = _known(session, actor)
        if len(known) >= MOST:
            raise Conflict(f"Vous avez déjà {MOST} clés : retirez-en une d’abord.")
        challenge = _challenge(session, actor)
        return ceremonies.invite(
            site, user_id=user.id, email=user.email, name=user.name, challenge=challenge, known=known
        )


def add_key(actor: Actor, *, site: Site, answer: str, label: str) -> Enrolment:
    """Put a key in use, proved by its first signature; a first second factor comes with recovery codes."""
    assert actor.user_id is not None
    called = label.strip()
    if not called or len(called) > 80:
        raise Invalid(fields={"label": "Donnez un nom à cette clé, en 80 caractères au plus."})
    with transaction() as session:
        first = not ensure_may_add(session, actor)
        found = ceremonies.new_key(site, answer=answer, challenge=_take_challenge(session, actor))
        key = SecurityKey(
            user_id=actor.user_id,
            label=called,
            credential_id=found.credential_id,
            public_key=found.credential_public_key,
            sign_count=found.sign_count,
        )
        session.add(key)
        session.flush()
        codes = fresh_codes(session, actor.user_id) if first else []
        audit.record(session, actor, "security_key.added", "security_key", key.id)
        alerts.tell(session, actor.user_id, SECOND_FACTOR_ADDED)
        now = clock.now()
        return Enrolment(codes, sessions.renew(session, actor, mfa_pending=False, mfa_at=now, proved_at=now))


def ask_key(actor: Actor, *, site: Site) -> str:
    """What the browser needs to have one of the actor's keys sign, as JSON. Raises NotFound without any."""
    with transaction() as session:
        known = _known(session, actor)
        if not known:
            raise NotFound()
        return ceremonies.ask(site, challenge=_challenge(session, actor), known=known)


def confirm_key(actor: Actor, *, site: Site, answer: str, again: bool) -> str:
    """Complete a sign-in with a key, or prove oneself `again` later on; returns the session's renewed secret."""
    with transaction() as session:
        key = session.scalar(
            select(SecurityKey).where(
                SecurityKey.user_id == actor.user_id, SecurityKey.credential_id == ceremonies.named_in(answer)
            )
        )
        challenge = _take_challenge(session, actor)
        if key is None:
            raise Invalid(ceremonies.REFUSED)
        found = ceremonies.signed(
            site, answer=answer, challenge=challenge, public_key=key.public_key, sign_count=key.sign_count
        )
        key.sign_count, key.last_used_at = found.new_sign_count, clock.now()
        return pass_second_factor(session, actor, again=again)


def remove_key(actor: Actor, *, key_id: UUID) -> None:
    """Give up a key of one's own; without any second factor left, the recovery codes go with it."""
    with transaction() as session:
        user = session.get_one(User, actor.user_id)
        removed = session.execute(
            delete(SecurityKey).where(SecurityKey.id == key_id, SecurityKey.user_id == actor.user_id)
        )
        if removed.rowcount != 1:  # type: ignore[attr-defined]  # a DELETE gives a CursorResult
            raise NotFound()
        if user.totp_confirmed_at is None and not _known(session, actor):
            session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
        audit.record(session, actor, "security_key.removed", "security_key", key_id)
        alerts.tell(session, user.id, SECOND_FACTOR_REMOVED)


def _known(session: Session, actor: Actor) -> list[bytes]:
    return list(
        session.scalars(
            select(SecurityKey.credential_id).where(SecurityKey.user_id == actor.user_id).order_by(SecurityKey.id)
        )
    )


def _challenge(session: Session, actor: Actor) -> bytes:
    challenge = secrets.token_bytes(32)
    session.execute(
        update(UserSession)
        .where(UserSession.id == actor.session_id)
        .values(challenge=challenge, challenge_at=clock.now())
    )
    return challenge


def _take_challenge(session: Session, actor: Actor) -> bytes:
    """What this session asked a key to sign, which is then spent. Raises Invalid."""
    found = session.scalar(
        select(UserSession.challenge)
        .where(UserSession.id == actor.session_id, UserSession.challenge_at > clock.now() - CHALLENGE_LASTS)
        .with_for_update()
    )
    if found is None:
        raise Invalid("La demande a expiré. Recommencez.")
    session.execute(update(UserSession).where(UserSession.id == actor.session_id).values(challenge=None))
    return found
