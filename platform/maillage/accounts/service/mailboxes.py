"""The mailbox of an organisation without an account: vouched for by the host, and the way to claim the account."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts import policy
from maillage.accounts.models import MailboxProof, Membership, Organization, OrganizationStatus, User
from maillage.accounts.notices import CLAIMED
from maillage.accounts.roles import permissions_of
from maillage.accounts.service.members import checked_email, checked_name, send_invitation
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.notifications.service import post
from maillage.notifications.values import Notice, Recipient


def prove_mailbox(actor: Actor, *, org_id: UUID, email: str, proof: str) -> None:
    """Vouch that this mailbox is the organisation's own: what waits for it may then be answered from there."""
    policy.ensure_platform(actor)
    address = checked_email(email)
    if proof not in list(MailboxProof):
        raise Invalid(fields={"proof": "Dites comment vous l’avez vérifiée."})
    with transaction() as session:
        body = _locked(session, org_id)
        body.email, body.mailbox_proof, body.mailbox_proved_at = address, proof, clock.now()
        audit.record(session, actor, "organization.mailbox_proved", "organization", org_id, proof=proof)


def disown_mailbox(actor: Actor, *, org_id: UUID) -> None:
    """Stop vouching for it: nothing can be answered from there any more, links already mailed included."""
    policy.ensure_platform(actor)
    with transaction() as session:
        body = _locked(session, org_id)
        if body.mailbox_proof is None:
            raise Conflict("Cette boîte n’est déjà plus garantie. Rechargez la page.")
        body.mailbox_proof = body.mailbox_proved_at = None
        audit.record(session, actor, "organization.mailbox_disowned", "organization", org_id)


def claim_organization(actor: Actor, *, name: str, email: str) -> None:
    """Invite the first administrator of an organisation, asked for by whoever reads its registered mailbox.

    The host vetted the organisation and its mailbox before, so nothing more is vetted; the mailbox is told, so that
    nobody takes an organisation over behind its back. Raises Conflict when somebody administers it already.
    """
    if actor.channel is not Channel.LINK or actor.org_id is None:
        raise Forbidden()
    address, called = _named(email, name)
    with transaction() as session:
        body = _locked(session, actor.org_id)
        if body.status != OrganizationStatus.VETTED or body.mailbox_proof is None or body.email is None:
            raise NotFound()
        if _administered(session, body.id):
            raise Conflict("Votre organisation a déjà un compte : demandez une invitation à son administrateur.")
        grant_id = send_invitation(session, actor, body, address, called, policy.claiming_roles(body.kind), None)
        audit.record(session, actor, "organization.claimed", "organization", body.id)
        mailbox = Recipient(None, body.email, body.name, "fr", body.country, body.id)
        post(
            session,
            notice=Notice(CLAIMED.code, "/connexion", None),
            recipients=[mailbox],
            dedup_key=f"claim:{grant_id}",
        )


def _named(email: str, name: str) -> tuple[str, str]:
    """Both are looked at, so that both are told at once."""
    wrong: dict[str, str] = {}
    given = []
    for check, typed in ((checked_email, email), (checked_name, name)):
        try:
            given.append(check(typed))
        except Invalid as error:
            wrong |= error.fields
    if wrong:
        raise Invalid(fields=wrong)
    return given[0], given[1]


def _administered(session: Session, org_id: UUID) -> bool:
    held = session.scalars(
        select(Membership.roles)
        .join(User, User.id == Membership.user_id)
        .where(Membership.org_id == org_id, Membership.ended_at.is_(None), User.active)
    )
    return any(policy.ORGANIZATION in permissions_of(frozenset(roles)) for roles in held)


def _locked(session: Session, org_id: UUID) -> Organization:
    body = session.get(Organization, org_id, with_for_update=True)
    if body is None:
        raise NotFound()
    return body
