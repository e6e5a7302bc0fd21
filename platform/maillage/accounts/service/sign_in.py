"""Coming in: e-mail and password first, a second factor where one is enrolled."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from maillage.accounts import passwords, queries, totp
from maillage.accounts.models import RecoveryCode, User, UserSession
from maillage.accounts.notices import NEW_DEVICE
from maillage.accounts.oidc.queries import places_by_password
from maillage.accounts.queries import Affiliation
from maillage.accounts.service import alerts, attempts, sessions
from maillage.accounts.service.second_factor import ensure_password
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.db import session as reading
from maillage.kernel.db import transaction
from maillage.kernel.errors import Forbidden, Invalid, SignInRequired

REFUSED = "Adresse ou mot de passe incorrect."
BY_PROVIDER = "Votre organisation demande d’entrer par son propre service de connexion."
HOMELESS = "Votre compte n’est rattaché à aucune organisation active. Adressez-vous à son administrateur."
WRONG_CODE = "Ce code n’est pas valable. Vérifiez l’heure de votre téléphone, ou attendez le code suivant."


@dataclass(frozen=True, slots=True)
class Entry:
    """A session just opened: the secret for the cookie, and whether the second factor is still to come."""

    secret: str
    mfa_pending: bool


def sign_in(*, email: str, password: str, device: str) -> Entry:
    """Open a session. An unknown address is answered like a wrong password, in the same words and time."""
    address = email.strip().lower()
    passwords.ensure_room()
    with attempts.counted(_door(address)):
        found = (
            reading()
            .execute(select(User.id, User.password_hash).where(User.email == address, User.active))
            .one_or_none()
        )
        reading().rollback()  # hashing takes long: no snapshot or lock is held meanwhile
        user_id, stored = (found.id, found.password_hash) if found else (None, None)
        if not passwords.matches(stored, password) or user_id is None:
            raise Invalid(REFUSED)
        fresh = passwords.hashed(password) if passwords.outdated(str(stored)) else None
    with transaction() as session:
        return _open(session, user_id, address, device, fresh)


def confirm_second_factor(actor: Actor, *, code: str, again: bool = False) -> str:
    """Complete a sign-in with a code of the application or a recovery code, or prove oneself `again` later on;
    returns the renewed secret.

    Five wrong codes close the session: the password is asked again, and waiting times add up.
    """
    assert actor.user_id is not None
    subject = _second_door(actor.user_id)
    attempts.take(subject)
    typed = "".join(code.split())
    with transaction() as session:
        accepted = (
            _take_step(session, actor.user_id, typed)
            if totp.looks_like_totp(typed)
            else _take_recovery_code(session, actor, typed)
        )
        if accepted:
            attempts.forget(session, subject)
            return pass_second_factor(session, actor, again=again)
        exhausted = attempts.recent(session, subject) >= attempts.FREE
        if exhausted:
            sessions.revoke(session, UserSession.id == actor.session_id)
    attempts.refused(subject)
    if exhausted:
        raise SignInRequired("Trop d’essais : recommencez la connexion.")
    raise Invalid(fields={"code": WRONG_CODE})


def prove_by_password(actor: Actor, *, password: str) -> str:
    """Show again who is there, for somebody who has no second factor; returns the renewed secret of the session."""
    if queries.has_second_factor(reading(), actor):
        raise Forbidden()
    ensure_password(actor, password)
    with transaction() as session:
        audit.record(session, actor, "session.proved", "session", actor.session_id, mfa=False)
        return sessions.renew(session, actor, proved_at=clock.now())


def pass_second_factor(session: Session, actor: Actor, *, again: bool) -> str:
    """Raise the actor's session in the caller's transaction; returns its renewed secret."""
    action = "session.proved" if again else "session.opened"
    audit.record(session, actor, action, "session", actor.session_id, mfa=True)
    return sessions.renew(session, actor, mfa_pending=False, mfa_at=clock.now(), proved_at=clock.now())


def _take_step(session: Session, user_id: UUID, typed: str) -> bool:
    """Accept a code once: the step it belongs to must be later than any accepted before."""
    user = session.get(User, user_id)
    if user is None or user.totp_sealed is None or user.totp_confirmed_at is None:
        return False
    step = totp.matching_step(totp.opened(session, user_id, user.totp_sealed), typed, clock.now())
    if step is None:
        return False
    taken = session.execute(
        update(User).where(User.id == user_id, User.totp_last_step < step).values(totp_last_step=step)
    )
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult


def _take_recovery_code(session: Session, actor: Actor, typed: str) -> bool:
    assert actor.user_id is not None
    taken = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == actor.user_id,
            RecoveryCode.code_hash == totp.recovery_hash(actor.user_id, typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return False
    audit.record(session, actor, "recovery.used", "user", actor.user_id)
    return True


def _open(session: Session, user_id: UUID, address: str, device: str, fresh_hash: str | None) -> Entry:
    user = session.get(User, user_id, populate_existing=True)
    places = places_by_password(session, user_id)
    if user is None or not places:
        raise Forbidden(BY_PROVIDER if queries.affiliations(session, user_id) else HOMELESS)
    place = _where_last(session, user_id, places)
    if fresh_hash:
        user.password_hash = fresh_hash
    attempts.forget(session, _door(address))
    return admit(session, user, place.org_id, device)


def admit(
    session: Session,
    user: User,
    org_id: UUID,
    device: str,
    *,
    mfa_at: datetime | None = None,
    through_org_id: UUID | None = None,
) -> Entry:
    """Open a session in the caller's transaction. Without `mfa_at`, who has a second factor is still to give it."""
    pending = mfa_at is None and queries.has_factor(session, user.id)
    _tell_of_new_device(session, user.id, device)
    secret = sessions.start(
        session,
        user_id=user.id,
        org_id=org_id,
        device=device,
        mfa_pending=pending,
        mfa_at=mfa_at,
        through_org_id=through_org_id,
    )
    user.last_sign_in_at = clock.now()
    if not pending:
        actor = Actor(user_id=user.id, org_id=org_id, channel=Channel.WEB)
        audit.record(session, actor, "session.opened", "user", user.id, mfa=mfa_at is not None)
    return Entry(secret, pending)


def _where_last(session: Session, user_id: UUID, places: list[Affiliation]) -> Affiliation:
    """The organisation this person last acted for, while they still may; else their first."""
    last = session.scalar(
        select(UserSession.org_id)
        .where(UserSession.user_id == user_id)
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
        .limit(1)
    )
    return next((place for place in places if place.org_id == last), places[0])


def _tell_of_new_device(session: Session, user_id: UUID, device: str) -> None:
    """A first sign-in tells nobody anything new; neither does a browser already seen."""
    known = set(session.scalars(select(UserSession.device).where(UserSession.user_id == user_id).distinct()))
    if known and device not in known:
        alerts.tell(session, user_id, NEW_DEVICE)


def _door(address: str) -> str:
    return f"password|{address}"


def _second_door(user_id: UUID) -> str:
    return f"second factor|{user_id}"
