"""Enrolling, renewing and giving up the second factor."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from maillage.accounts import passwords, policy, queries, totp
from maillage.accounts.models import RecoveryCode, User
from maillage.accounts.notices import SECOND_FACTOR_ADDED, SECOND_FACTOR_REMOVED
from maillage.accounts.service import alerts, attempts, sessions
from maillage.kernel import audit, clock, content_keys
from maillage.kernel.actor import Actor
from maillage.kernel.db import session as reading
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Invalid, NotFound, ProofRequired

ALREADY = "Le second facteur est déjà activé. Désactivez-le d’abord pour changer d’application."
WRONG_PASSWORD = "Ce n’est pas votre mot de passe actuel."


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the person must keep, shown this once, and the renewed secret of their session."""

    recovery_codes: list[str]
    session_secret: str


def begin_totp(actor: Actor) -> None:
    """Prepare a secret to be shown; it counts only once a code has proved it."""
    with transaction() as session:
        user = _user(session, actor.user_id)
        if user.totp_confirmed_at is not None:
            raise Conflict(ALREADY)
        ensure_may_add(session, actor)
        user.totp_sealed = totp.sealed(session, user.id, totp.new_totp_secret())


def pending_totp(actor: Actor) -> str | None:
    """The secret being enrolled; None when there is none, or when it is in use and so never shown again."""
    session = reading()
    user = _user(session, actor.user_id)
    if user.totp_sealed is None or user.totp_confirmed_at is not None:
        return None
    return totp.opened(session, user.id, user.totp_sealed)


def confirm_totp(actor: Actor, *, code: str) -> Enrolment:
    """Put the prepared secret in use, proved by a code, with fresh recovery codes."""
    with transaction() as session:
        user = _user(session, actor.user_id)
        if user.totp_confirmed_at is not None:
            raise Conflict(ALREADY)
        if user.totp_sealed is None:
            raise NotFound()
        first = not ensure_may_add(session, actor)
        secret = totp.opened(session, user.id, user.totp_sealed)
        step = totp.matching_step(secret, "".join(code.split()), clock.now())
        if step is None:
            raise Invalid(
                fields={"code": "Ce code n’est pas celui de l’application. Attendez le suivant et réessayez."}
            )
        user.totp_confirmed_at, user.totp_last_step = clock.now(), step
        codes = fresh_codes(session, user.id) if first else []
        audit.record(session, actor, "totp.enrolled", "user", user.id)
        alerts.tell(session, user.id, SECOND_FACTOR_ADDED)
        now = clock.now()
        return Enrolment(codes, sessions.renew(session, actor, mfa_pending=False, mfa_at=now, proved_at=now))


def enrol_totp(actor: Actor, *, user_id: UUID, secret: str | None = None) -> str:
    """Enrol somebody whose application is already set up: loaders and the command line. Returns the secret."""
    policy.ensure_platform(actor)
    chosen = secret or totp.new_totp_secret()
    if not totp.usable(chosen):
        raise Invalid(fields={"secret": "Ce secret est trop court ou mal écrit (base 32, 112 bits au moins)."})
    with transaction() as session:
        user = _user(session, user_id)
        user.totp_sealed = totp.sealed(session, user.id, chosen)
        user.totp_confirmed_at, user.totp_last_step = clock.now(), 0
        audit.record(session, actor, "totp.enrolled", "user", user.id)
    return chosen


def renew_recovery_codes(actor: Actor, *, password: str) -> list[str]:
    """Ten new codes, shown this once; the old ones are void."""
    ensure_password(actor, password)
    with transaction() as session:
        user = _user(session, actor.user_id)
        if not queries.has_second_factor(session, actor):
            raise NotFound()
        audit.record(session, actor, "recovery.renewed", "user", user.id)
        return fresh_codes(session, user.id)


def disable_totp(actor: Actor, *, password: str) -> None:
    """Give up the application of codes; its secret is destroyed, and the recovery codes when no key is left."""
    ensure_password(actor, password)
    with transaction() as session:
        user = _user(session, actor.user_id)
        user.totp_sealed, user.totp_confirmed_at, user.totp_last_step = None, None, 0
        content_keys.destroy_keys(session, totp.SUBJECT, user.id)
        session.flush()
        if not queries.has_second_factor(session, actor):
            session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
        audit.record(session, actor, "totp.disabled", "user", user.id)
        alerts.tell(session, user.id, SECOND_FACTOR_REMOVED)


def ensure_may_add(session: Session, actor: Actor) -> bool:
    """Whether there is a second factor already; it must then have been given: the password alone adds no other.

    Raises ProofRequired.
    """
    present = queries.has_second_factor(session, actor)
    if present and not actor.mfa:
        raise ProofRequired()
    return present


def ensure_password(actor: Actor, password: str) -> None:
    """Ask again who is there, before what would let somebody else stay. Raises Invalid on `current`, or TooMany."""
    subject = f"present password|{actor.user_id}"
    with attempts.counted(subject):
        stored = _user(reading(), actor.user_id).password_hash
        reading().rollback()
        if not passwords.matches(stored, password):
            raise Invalid(fields={"current": WRONG_PASSWORD})
    with transaction() as session:
        attempts.forget(session, subject)


def fresh_codes(session: Session, user_id: UUID) -> list[str]:
    """Ten recovery codes in the place of any others, in the caller's transaction."""
    codes = totp.new_recovery_codes()
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.add_all(RecoveryCode(user_id=user_id, code_hash=totp.recovery_hash(user_id, code)) for code in codes)
    return codes


def _user(session: Session, user_id: UUID | None) -> User:
    user = session.get(User, user_id) if user_id else None
    if user is None:
        raise NotFound()
    return user
