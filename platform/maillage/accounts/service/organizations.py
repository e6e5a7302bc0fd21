"""Organisations as tenants: created, identified, vetted, suspended."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from maillage.accounts import policy
from maillage.accounts.models import Organization, OrganizationKind, OrganizationStatus
from maillage.accounts.registration import normalized
from maillage.accounts.service.members import checked_email, checked_name, send_invitation
from maillage.kernel import audit, clock, outbox
from maillage.kernel.actor import Actor, Reads
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Invalid, NotFound
from maillage.kernel.ids import new_id
from maillage.notifications.webhooks import service as webhooks

CHANGED: Final = "organization.changed"
_FROM: Final[dict[OrganizationStatus, frozenset[str]]] = {
    OrganizationStatus.VETTED: frozenset({OrganizationStatus.LISTED, OrganizationStatus.PENDING}),
    OrganizationStatus.SUSPENDED: frozenset(
        {OrganizationStatus.LISTED, OrganizationStatus.PENDING, OrganizationStatus.VETTED}
    ),
    OrganizationStatus.PENDING: frozenset({OrganizationStatus.SUSPENDED}),
}


def create_organization(
    actor: Actor,
    *,
    name: str,
    kind: str,
    country: str,
    registration: str | None = None,
    email: str | None = None,
    status: str = OrganizationStatus.PENDING,
    source: str | None = None,
    source_id: str | None = None,
    org_id: UUID | None = None,
) -> UUID:
    """Add an organisation and start its journal; returns its id."""
    policy.ensure_platform(actor)
    body = Organization(
        id=org_id or new_id(),
        status=OrganizationStatus(status),
        source=source,
        source_id=source_id,
        **_checked(name, kind, country, registration, email),
    )
    with transaction() as session:
        _add(session, actor, body)
    return body.id


def open_organization(
    actor: Actor,
    *,
    org_id: UUID,
    name: str,
    kind: str,
    country: str,
    registration: str | None,
    email: str | None,
    admin_name: str,
    admin_email: str,
) -> None:
    """Add an organisation under the id given and invite who will administer it, in one go."""
    policy.ensure_platform(actor)
    body = Organization(id=org_id, **_checked(name, kind, country, registration, email))
    address, called = _for_admin(checked_email, admin_email), _for_admin(checked_name, admin_name)
    with transaction() as session:
        _add(session, actor, body)
        send_invitation(session, actor, body, address, called, policy.administrator_roles(kind), None)


def change_identity(actor: Actor, *, name: str, email: str | None, registration: str | None, require_mfa: bool) -> None:
    """What the organisation says of itself, and whether its members need a second factor from their next sign-in on."""
    if actor.org_id is None:
        raise NotFound()
    policy.ensure_administers(actor, actor.org_id)
    with transaction() as session:
        body = _organization(session, actor.org_id)
        body.name = _checked_name(name)
        body.registration = normalized(body.country, registration)
        address = checked_email(email) if email else None
        if address != body.email:
            body.mailbox_proof = body.mailbox_proved_at = None  # what was vouched for was the former one
        body.email = address
        if session.is_modified(body):
            audit.record(session, actor, "organization.changed", "organization", body.id)
            _tell(session, body.id)
        if body.require_mfa != require_mfa:
            body.mfa_required_at = clock.now() if require_mfa else None
            action = "organization.mfa_required" if require_mfa else "organization.mfa_optional"
            audit.record(session, actor, action, "organization", body.id)


def change_reading(actor: Actor, *, need_to_know: str) -> None:
    """Say whose referrals and situations each member reads, from their next request on. Raises Invalid."""
    if actor.org_id is None:
        raise NotFound()
    policy.ensure_administers(actor, actor.org_id)
    if need_to_know not in set(Reads):
        raise Invalid(fields={"need_to_know": "Choisissez l’une des trois règles."})
    with transaction() as session:
        body = _organization(session, actor.org_id)
        if body.need_to_know != need_to_know:
            body.need_to_know = need_to_know
            audit.record(session, actor, "organization.reading", "organization", body.id, reads=need_to_know)


def vet_organization(actor: Actor, *, org_id: UUID) -> None:
    """Let an organisation exchange referrals."""
    _move(actor, org_id, OrganizationStatus.VETTED, "organization.vetted")


def suspend_organization(actor: Actor, *, org_id: UUID, reason: str) -> None:
    """Shut an organisation out at its members' next request; nothing is lost, and `reopen_organization` undoes it."""
    if org_id == actor.org_id:
        raise Conflict("Vous ne pouvez pas suspendre l’organisation pour laquelle vous travaillez.")
    _move(actor, org_id, OrganizationStatus.SUSPENDED, "organization.suspended", _checked_reason(reason))


def reopen_organization(actor: Actor, *, org_id: UUID, reason: str) -> None:
    """Undo a suspension. The organisation comes back to be vetted again."""
    _move(actor, org_id, OrganizationStatus.PENDING, "organization.reopened", _checked_reason(reason))


def _move(actor: Actor, org_id: UUID, to: OrganizationStatus, action: str, reason: str | None = None) -> None:
    policy.ensure_platform(actor)
    with transaction() as session:
        body = _organization(session, org_id)
        if body.status not in _FROM[to]:
            raise Conflict("Cette organisation n’est plus dans l’état affiché. Rechargez la page.")
        body.status = to
        if to is OrganizationStatus.SUSPENDED:
            webhooks.give_up(session, org_id)
        audit.record(session, actor, action, "organization", org_id, reason=reason)
        _tell(session, org_id)


def _tell(session: Session, org_id: UUID) -> None:
    """Whoever shows this organisation's name or standing follows: the search index above all."""
    outbox.enqueue(session, CHANGED, {"org_id": str(org_id)})


def _checked(name: str, kind: str, country: str, registration: str | None, email: str | None) -> dict[str, Any]:
    if kind not in list(OrganizationKind):
        raise Invalid(fields={"kind": "Choisissez un type d’organisation."})
    return {
        "name": _checked_name(name),
        "kind": kind,
        "country": country,
        "registration": normalized(country, registration),
        "email": checked_email(email) if email else None,
    }


def _for_admin(check: Callable[[str], str], typed: str) -> str:
    """A field of the administrator, refused under its own name on the form."""
    try:
        return check(typed)
    except Invalid as error:
        raise Invalid(fields={f"admin_{name}": message for name, message in error.fields.items()}) from None


def _add(session: Session, actor: Actor, body: Organization) -> None:
    session.add(body)
    session.flush()
    audit.open_chain(session, body.id)
    audit.record(session, actor, "organization.created", "organization", body.id, kind=body.kind)


def _organization(session: Session, org_id: UUID) -> Organization:
    body = session.get(Organization, org_id, with_for_update=True)
    if body is None:
        raise NotFound()
    return body


def _checked_name(typed: str) -> str:
    name = " ".join(typed.split())
    if not name or len(name) > 200 or not name.isprintable():
        raise Invalid(fields={"name": "Indiquez le nom de l’organisation, 200 caractères au plus."})
    return name


def _checked_reason(typed: str) -> str:
    reason = " ".join(typed.split())
    if not reason or len(reason) > 300:
        raise Invalid(fields={"reason": "Dites pourquoi, en 300 caractères au plus."})
    return reason
