"""Coming in through the provider of identities of one's organisation. Nobody gets an account by it."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import ModuleType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.models import Membership, User
from maillage.accounts.oidc import queries
from maillage.accounts.oidc.models import SUBJECT, IdentityProvider
from maillage.accounts.service.sign_in import Entry, admit
from maillage.kernel import audit, clock, content_keys, fetching
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.crypto import unseal
from maillage.kernel.db import session as reading
from maillage.kernel.db import transaction
from maillage.kernel.errors import Forbidden, Invalid, Unavailable
from maillage.kernel.scope import unscoped

LASTS: Final = timedelta(minutes=10)
MOST_SUBJECT: Final = 255  # letters, as the standard has it

_LATE = "Cette connexion a expiré ou a été ouverte ailleurs. Recommencez."
_REFUSED = (
    "La réponse du service de connexion de votre organisation n’a pas pu être vérifiée. "
    "Recommencez ; si cela dure, prévenez votre administrateur."
)
_STRANGER = "Votre organisation n’a pas de compte à cette adresse. Demandez une invitation à votre administrateur."
_ANOTHER = (
    "Cette adresse n’est plus à la même personne pour votre organisation. "
    "Demandez à votre administrateur de retirer l’ancien accès, puis de vous inviter."
)
_DOWN = "Le service de connexion de votre organisation ne répond pas. Réessayez dans un instant."
_SAID: Final = {"stranger": _STRANGER, "sub": _ANOTHER}
NOT_INSTALLED: Final = "La connexion par un fournisseur d’identité n’est pas installée ici (extra « oidc »)."


@dataclass(frozen=True, slots=True)
class Journey:
    """One trip to a provider and back, kept in the browser that makes it."""

    org_id: str
    state: str
    nonce: str
    verifier: str
    began_at: float


def protocol() -> ModuleType:
    """The code that speaks with providers. Raises Unavailable where the extra is not installed."""
    try:
        from maillage.accounts.oidc import protocol as found  # noqa: PLC0415  an extra, for those who use a provider
    except ImportError:
        raise Unavailable(NOT_INSTALLED) from None
    return found


def leave(org_id: UUID, *, email: str, back: str) -> tuple[Journey, str]:
    """Begin a journey: what the browser keeps, and where it goes. Raises Unavailable, or Forbidden."""
    speaks = protocol()
    provider = _provider(reading(), org_id)
    reading().rollback()  # nothing is held while somebody else takes their time
    state, nonce, verifier = (str(speaks.new_secret()) for _ in range(3))
    journey = Journey(str(org_id), state, nonce, verifier, clock.now().timestamp())
    try:
        way = speaks.way_out(
            speaks.discover(provider.issuer),
            client_id=provider.client_id,
            back=back,
            email=email.strip(),
            state=journey.state,
            nonce=journey.nonce,
            verifier=journey.verifier,
        )
    except fetching.Unreachable:
        raise Unavailable(_DOWN) from None
    except (fetching.Forbidden, speaks.Refusal):
        raise Forbidden(_REFUSED) from None
    return journey, way


def come_back(journey: Journey | None, *, answer: Mapping[str, str], back: str, device: str) -> Entry:
    """Open a session for whom the provider vouches. Raises Invalid, Forbidden or Unavailable, and says why in the
    journal of the organisation, once the answer is known to belong to a journey that began here."""
    if journey is None or not hmac.compare_digest(journey.state.encode(), answer.get("state", "").encode()):
        raise Invalid(_LATE)
    if clock.now().timestamp() - journey.began_at > LASTS.total_seconds():
        raise Invalid(_LATE)
    org_id = UUID(journey.org_id)
    speaks = protocol()
    try:
        told = _ask(speaks, org_id, journey, answer, back)
        with transaction() as session:
            return _admit(session, speaks, org_id, told, device)
    except fetching.Unreachable:
        _note(org_id, "unreachable")
        raise Unavailable(_DOWN) from None
    except fetching.Forbidden:
        _note(org_id, "address")
        raise Forbidden(_REFUSED) from None
    except speaks.Refusal as refusal:
        _note(org_id, str(refusal))
        raise Forbidden(_SAID.get(str(refusal), _REFUSED)) from None


def _ask(speaks: ModuleType, org_id: UUID, journey: Journey, answer: Mapping[str, str], back: str) -> dict[str, Any]:
    provider = _provider(reading(), org_id)
    secret = _secret(reading(), provider)
    reading().rollback()
    if answer.get("iss", provider.issuer) != provider.issuer:
        raise speaks.Refusal("issuer")
    if not answer.get("code"):
        raise speaks.Refusal("declined")
    told: dict[str, Any] = speaks.claims(
        speaks.discover(provider.issuer),
        client_id=provider.client_id,
        client_secret=secret,
        back=back,
        code=answer["code"],
        nonce=journey.nonce,
        verifier=journey.verifier,
        now=clock.now(),
    )
    return told


def _admit(session: Session, speaks: ModuleType, org_id: UUID, told: Mapping[str, Any], device: str) -> Entry:
    """A member of that organisation, with an address that the organisation answers for. Their other ones stay shut."""
    email = str(told.get("email") or "").strip().lower()
    if told.get("email_verified") is not True:
        raise speaks.Refusal("email_verified")
    if queries.answering(session, email) != org_id:
        raise speaks.Refusal("domain")
    membership = _whom(session, speaks, org_id, str(told["sub"]), email)
    user = membership.user
    if not queries.places_by_provider(session, user.id, org_id):
        raise speaks.Refusal("stranger")
    proved_at = clock.now() if speaks.gave_two_factors(told) else None
    return admit(session, user, org_id, device, mfa_at=proved_at, through_org_id=org_id)


def _whom(session: Session, speaks: ModuleType, org_id: UUID, subject: str, email: str) -> Membership:
    """Whom the provider means: by its own name for them once they came in, since an address may be given to somebody
    else; by their address the first time."""
    members = (
        select(Membership)
        .join(User)
        .where(Membership.org_id == org_id, Membership.ended_at.is_(None), User.active)
        .with_for_update(of=Membership)
    )
    known = session.scalar(members.where(Membership.provider_subject == subject))
    if known is not None:
        return known
    found = session.scalar(members.where(User.email == email))
    if found is None:
        raise speaks.Refusal("stranger")
    if found.provider_subject is not None or len(subject) > MOST_SUBJECT:
        raise speaks.Refusal("sub")
    found.provider_subject = subject
    return found


def _provider(session: Session, org_id: UUID) -> IdentityProvider:
    found = queries.provider(session, org_id)
    if found is None:
        raise Invalid(_LATE)
    return found


def _secret(session: Session, provider: IdentityProvider) -> str:
    with unscoped(
        "who comes in is nobody yet, and the provider asks for the organisation’s secret", content_keys.ContentKey
    ):
        key = content_keys.open_key(session, SUBJECT, provider.org_id)
    return str(unseal(key, provider.secret_sealed, secret_context(provider.org_id)))


def secret_context(org_id: UUID) -> str:
    return f"maillage|identity_provider|{org_id}|secret"


def _note(org_id: UUID, reason: str) -> None:
    with transaction() as session:
        actor = Actor(user_id=None, org_id=org_id, channel=Channel.LINK)
        audit.record(session, actor, "provider.refused", "organization", org_id, reason=reason[:60])
