"""The provider of an organisation: given by its administrator, its domains approved by the host."""

import re
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from maillage.accounts import policy
from maillage.accounts.models import Membership
from maillage.accounts.oidc.models import SUBJECT, IdentityProvider, ProviderDomain
from maillage.accounts.oidc.service import protocol, secret_context
from maillage.kernel import audit, clock, content_keys, fetching
from maillage.kernel.actor import Actor
from maillage.kernel.crypto import seal
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Invalid, NotFound

MOST_DOMAINS: Final = 10
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_DOMAINS = f"Un domaine par ligne, comme « exemple.fr », {MOST_DOMAINS} au plus."


def set_provider(actor: Actor, *, issuer: str, client_id: str, client_secret: str, domains: Iterable[str]) -> None:
    """Say who vouches for one's members. An empty secret keeps the former one. Another issuer or client, like a new
    domain, waits for the host."""
    org_id = _administered(actor)
    wanted = _domains(domains)
    _ensure_answers(issuer)
    with transaction() as session:
        provider = session.get(IdentityProvider, org_id, with_for_update=True)
        if provider is None:
            if not client_secret:
                raise Invalid(fields={"client_secret": "Indiquez le secret que votre fournisseur vous a donné."})
            provider = IdentityProvider(org_id=org_id)
        elif (provider.issuer, provider.client_id) != (issuer, client_id):
            provider.domains.clear()
            session.flush()
            _forget_people(session, org_id)
        provider.issuer, provider.client_id, provider.changed_at = issuer, client_id, clock.now()
        if client_secret:
            provider.secret_sealed = _sealed(session, org_id, client_secret)
        kept = {one.domain: one for one in provider.domains}
        provider.domains = [kept.get(domain) or ProviderDomain(domain=domain) for domain in wanted]
        session.add(provider)
        audit.record(session, actor, "provider.changed", "organization", org_id)


def remove_provider(actor: Actor) -> None:
    """Members come in with their password again."""
    org_id = _administered(actor)
    with transaction() as session:
        provider = session.get(IdentityProvider, org_id, with_for_update=True)
        if provider is None:
            raise NotFound()
        session.delete(provider)
        _forget_people(session, org_id)
        content_keys.destroy_keys(session, SUBJECT, org_id)
        audit.record(session, actor, "provider.removed", "organization", org_id)


def approve_domain(actor: Actor, *, domain_id: UUID) -> UUID:
    """Let a provider answer for a domain; returns its organisation. Raises Conflict when another one does."""
    policy.ensure_platform(actor)
    with transaction() as session:
        row = _domain(session, domain_id)
        taken = select(ProviderDomain.id).where(
            ProviderDomain.domain == row.domain, ProviderDomain.approved_at.is_not(None), ProviderDomain.id != row.id
        )
        if session.scalar(taken) is not None:
            raise Conflict("Une autre organisation répond déjà de ce domaine.")
        row.approved_at = row.approved_at or clock.now()
        audit.record(session, actor, "provider.domain_approved", "organization", row.org_id)
        return row.org_id


def withdraw_domain(actor: Actor, *, domain_id: UUID) -> UUID:
    """Stop it: members with such an address come in with their password again. Returns the organisation."""
    policy.ensure_platform(actor)
    with transaction() as session:
        row = _domain(session, domain_id)
        row.approved_at = None
        audit.record(session, actor, "provider.domain_withdrawn", "organization", row.org_id)
        return row.org_id


def _administered(actor: Actor) -> UUID:
    if actor.org_id is None:
        raise NotFound()
    policy.ensure_administers(actor, actor.org_id)
    return actor.org_id


def _forget_people(session: Session, org_id: UUID) -> None:
    """What one provider calls people says nothing of whom another means."""
    session.execute(update(Membership).where(Membership.org_id == org_id).values(provider_subject=None))


def _sealed(session: Session, org_id: UUID, secret: str) -> bytes:
    content_keys.destroy_keys(session, SUBJECT, org_id)
    return seal(content_keys.create_key(session, SUBJECT, org_id), secret, secret_context(org_id))


def _domain(session: Session, domain_id: UUID) -> ProviderDomain:
    row = session.get(ProviderDomain, domain_id, with_for_update=True)
    if row is None:
        raise NotFound()
    return row


def _domains(typed: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(one.strip().lower().removeprefix("@") for one in typed if one.strip()))
    if not found or len(found) > MOST_DOMAINS or not all(_DOMAIN.fullmatch(one) for one in found):
        raise Invalid(fields={"domains": _DOMAINS})
    return found


def _ensure_answers(issuer: str) -> None:
    """An address that is never asked, or that nobody answers at, is refused beside its field."""
    speaks = protocol()
    try:
        speaks.discover(issuer)
    except fetching.Forbidden:
        raise Invalid(fields={"issuer": "Indiquez une adresse publique, qui commence par « https:// »."}) from None
    except (fetching.Unreachable, speaks.Refusal):
        refusal = "Aucun fournisseur d’identité ne répond à cette adresse. Recopiez-la exactement."
        raise Invalid(fields={"issuer": refusal}) from None
