"""Members of an organisation: invited, given roles, seen off."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts import password_rules, passwords, policy
from maillage.accounts.models import (
    AccessGrant,
    AccessGrantKind,
    Membership,
    Organization,
    OrganizationStatus,
    User,
)
from maillage.accounts.roles import permissions_of
from maillage.accounts.service import grants
from maillage.accounts.vault import members as vault
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.db import session as reading
from maillage.kernel.db import transaction
from maillage.kernel.errors import Invalid, NotFound
from maillage.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the page of an invitation link shows."""

    org_name: str
    email: str
    name: str
    roles: frozenset[str]
    has_account: bool


def invite(
    actor: Actor,
    *,
    email: str,
    name: str,
    roles: Iterable[str],
    job_title: str | None = None,
    org_id: UUID | None = None,
) -> UUID:
    """Mail somebody a link to join the actor's organisation (or `org_id`, for the host); returns the grant's id."""
    into = org_id or actor.org_id
    if into is None:
        raise NotFound()
    policy.ensure_administers(actor, into)
    address = checked_email(email)
    with transaction() as session:
        body = _organization(session, into)
        given = policy.ensure_roles(actor, body.kind, roles)
        return send_invitation(session, actor, body, address, name, given, job_title or None)


def send_invitation(
    session: Session,
    actor: Actor,
    body: Organization,
    address: str,
    name: str,
    roles: list[str],
    job_title: str | None,
) -> UUID:
    """Write the invitation in the caller's transaction; the mail leaves after it. Returns the grant's id.

    Whether the address has an account, elsewhere or shut, is not looked at: who invites must not learn it, not even
    from the time that this takes.
    """
    if address in _addresses(session, body.id):
        raise Invalid(fields={"email": "Cette personne est déjà membre de l’organisation."})
    grant = grants.give_invitation(
        session,
        email=address,
        name=checked_name(name),
        org_id=body.id,
        roles=roles,
        job_title=job_title,
        created_by=actor.user_id,
    )
    audit.record(session, actor, "member.invited", "invitation", grant.id, roles=", ".join(roles))
    return grant.id


def cancel_invitation(actor: Actor, *, grant_id: UUID) -> None:
    with transaction() as session:
        grant = session.get(AccessGrant, grant_id)
        if grant is None or grant.kind != AccessGrantKind.INVITATION or grant.org_id is None:
            raise NotFound()
        policy.ensure_administers(actor, grant.org_id)
        grants.use(session, grant)
        audit.record(session, actor, "member.invitation_cancelled", "invitation", grant.id)


def invitation(*, secret: str) -> Invitation:
    """What an invitation link opens. Raises LinkExpired."""
    found = grants.find(reading(), AccessGrantKind.INVITATION, secret)
    grant, user, body = found.grant, found.user, found.organization
    assert body is not None and grant.email is not None
    has_account = user is not None and user.password_hash is not None
    return Invitation(body.name, grant.email, grant.name or "", frozenset(grant.roles), has_account)


def accept_invitation(*, secret: str, name: str = "", password: str = "") -> None:
    """Join through the link. A new person chooses a name and a password; a known one keeps theirs.

    Nobody is signed in by a link: the sign-in page asks for the password, and for the second factor.
    """
    shown = invitation(secret=secret)
    reading().rollback()
    fresh = None
    if not shown.has_account:
        password_rules.check(password, about=[shown.email, shown.org_name])
        fresh = passwords.hashed(password)
    with transaction() as session:
        found = grants.find(session, AccessGrantKind.INVITATION, secret)
        grant = found.grant
        grants.use(session, grant)
        user = found.user or User(id=new_id(), email=grant.email)
        if user.password_hash is None and fresh:
            user.password_hash, user.name = fresh, checked_name(name)
            session.add(user)
            session.flush()
        assert grant.org_id is not None
        seat(session, user.id, grant.org_id, grant.roles, grant.job_title)
        actor = Actor(user_id=user.id, org_id=grant.org_id, channel=Channel.LINK)
        audit.record(session, actor, "member.joined", "user", user.id)


def change_roles(
    actor: Actor, *, user_id: UUID, roles: Iterable[str], job_title: str | None = None, team: str = ""
) -> None:
    """Give a colleague other roles or another team, from their next request on."""
    org_id = _own(actor)
    with transaction() as session:
        given = policy.ensure_roles(actor, _organization(session, org_id).kind, roles)
        members = _locked(session, org_id)
        membership = _member(actor, members, user_id)
        policy.ensure_not_last(_roles(members), user_id, frozenset(given))
        membership.roles, membership.job_title = given, job_title or None
        membership.team = " ".join(team.split()) or None
        audit.record(session, actor, "member.roles_changed", "user", user_id, roles=", ".join(given))


def end_membership(actor: Actor, *, user_id: UUID) -> None:
    """See a colleague off, from their next request on. What they did stays theirs in the journal."""
    org_id = _own(actor)
    with transaction() as session:
        members = _locked(session, org_id)
        membership = _member(actor, members, user_id)
        policy.ensure_not_last(_roles(members), user_id, frozenset())
        membership.ended_at, membership.provider_subject = clock.now(), None
        vault.leave(session, org_id, user_id)
        audit.record(session, actor, "member.ended", "user", user_id)


def add_membership(
    actor: Actor, *, user_id: UUID, org_id: UUID, roles: Iterable[str], job_title: str | None = None
) -> None:
    """Make a known person a member without an invitation: loaders and the command line."""
    policy.ensure_platform(actor)
    with transaction() as session:
        given = policy.ensure_roles(actor, _organization(session, org_id).kind, roles)
        if session.get(User, user_id) is None:
            raise NotFound()
        seat(session, user_id, org_id, given, job_title)
        audit.record(session, actor, "member.added", "user", user_id, roles=", ".join(given))


def seat(session: Session, user_id: UUID, org_id: UUID, roles: list[str], job_title: str | None) -> None:
    """Add a membership, or open again one that had ended, in the caller's transaction."""
    membership = session.scalar(
        select(Membership).where(Membership.user_id == user_id, Membership.org_id == org_id)
    ) or Membership(user_id=user_id, org_id=org_id)
    membership.roles, membership.job_title, membership.ended_at = roles, job_title, None
    session.add(membership)


def checked_email(typed: str) -> str:
    """An address as it is stored. Raises Invalid on `email`."""
    try:
        found = validate_email(typed.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise Invalid(
            fields={"email": "Indiquez une adresse e-mail, par exemple prenom.nom@organisation.fr."}
        ) from None
    return found.normalized.lower()


def checked_name(typed: str) -> str:
    """Raises Invalid on `name`."""
    name = " ".join(typed.split())
    if not name or len(name) > 120 or not name.isprintable():
        raise Invalid(fields={"name": "Indiquez un prénom et un nom."})
    return name


def _own(actor: Actor) -> UUID:
    if actor.org_id is None:
        raise NotFound()
    policy.ensure_administers(actor, actor.org_id)
    return actor.org_id


def _organization(session: Session, org_id: UUID) -> Organization:
    body = session.get(Organization, org_id)
    if body is None or body.status == OrganizationStatus.SUSPENDED:
        raise NotFound()
    return body


def _addresses(session: Session, org_id: UUID) -> set[str]:
    """Of the members whom the organisation's own pages show."""
    return set(
        session.scalars(
            select(User.email)
            .join(Membership, Membership.user_id == User.id)
            .where(Membership.org_id == org_id, Membership.ended_at.is_(None), User.active)
        )
    )


def _locked(session: Session, org_id: UUID) -> dict[UUID, Membership]:
    """Present members, locked together so that two administrators cannot remove each other at once."""
    rows = session.scalars(
        select(Membership)
        .join(User, User.id == Membership.user_id)
        .where(Membership.org_id == org_id, Membership.ended_at.is_(None), User.active)
        .order_by(Membership.id)
        .with_for_update(of=Membership)
        .execution_options(populate_existing=True)
    )
    return {row.user_id: row for row in rows}


def _member(actor: Actor, members: dict[UUID, Membership], user_id: UUID) -> Membership:
    membership = members.get(user_id)
    if membership is None:
        raise NotFound()
    if policy.PLATFORM in permissions_of(frozenset(membership.roles)):
        policy.ensure_platform(actor)
    return membership


def _roles(members: dict[UUID, Membership]) -> dict[UUID, frozenset[str]]:
    return {user_id: frozenset(row.roles) for user_id, row in members.items()}
