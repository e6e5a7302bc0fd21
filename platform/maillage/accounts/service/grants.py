"""Single-use links. A grant is written in the transaction of what it allows; its secret is made when the mail leaves.

So the secret is never stored in clear, not even in the outbox: the job names the grant, makes a secret, keeps its hash
and mails the link. A job that runs twice makes a second secret, and the last mail is the one whose link works.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from maillage.accounts.models import AccessGrant, AccessGrantKind, Organization, OrganizationStatus, User
from maillage.kernel import clock, outbox
from maillage.kernel.crypto import hash_secret
from maillage.kernel.db import transaction
from maillage.kernel.errors import DomainError
from maillage.kernel.ids import new_id, new_secret
from maillage.notifications.values import Recipient

MAIL: Final = "accounts.mail_grant"
LASTS: Final = {AccessGrantKind.INVITATION: timedelta(hours=72), AccessGrantKind.PASSWORD_RESET: timedelta(minutes=30)}


class LinkExpired(DomainError):
    """Unknown, used, or too old: one answer for all three."""

    status = 404
    code = "link-expired"
    title = "Ce lien n’est plus valable."


@dataclass(frozen=True, slots=True)
class GrantLetter:
    """What the mail of a grant needs."""

    kind: str
    secret: str
    recipient: Recipient


def give(
    session: Session,
    kind: AccessGrantKind,
    user_id: UUID,
    *,
    org_id: UUID | None = None,
    roles: list[str] | None = None,
    job_title: str | None = None,
    created_by: UUID | None = None,
) -> AccessGrant:
    """Add a grant and the job that will mail it; earlier ones of the same kind, person and organisation are void."""
    void(session, kind, user_id, org_id)
    grant = AccessGrant(
        id=new_id(),
        kind=kind,
        user_id=user_id,
        org_id=org_id,
        roles=roles or [],
        job_title=job_title,
        secret_hash=hash_secret(new_secret()),
        expires_at=clock.now() + LASTS[kind],
        created_by=created_by,
    )
    session.add(grant)
    outbox.enqueue(session, MAIL, {"grant": str(grant.id)})
    return grant


def void(session: Session, kind: AccessGrantKind, user_id: UUID, org_id: UUID | None) -> None:
    same = AccessGrant.org_id == org_id if org_id else AccessGrant.org_id.is_(None)
    session.execute(
        update(AccessGrant)
        .where(AccessGrant.kind == kind, AccessGrant.user_id == user_id, same, AccessGrant.used_at.is_(None))
        .values(used_at=clock.now())
    )


def write_letter(grant_id: UUID) -> GrantLetter | None:
    """Give a grant the secret that its mail will carry; None when it has been used, voided or is too old."""
    with transaction() as session:
        grant = session.get(AccessGrant, grant_id)
        if grant is None or grant.used_at is not None or grant.expires_at <= clock.now():
            return None
        user = session.get_one(User, grant.user_id)
        body = session.get(Organization, grant.org_id) if grant.org_id else None
        secret = new_secret()
        grant.secret_hash = hash_secret(secret)
        country = body.country if body else "FR"
        recipient = Recipient(user.id, user.email, user.name, user.locale, country, grant.org_id)
        return GrantLetter(grant.kind, secret, recipient)


def find(session: Session, kind: AccessGrantKind, secret: str) -> AccessGrant:
    """The grant that a link opens. Raises LinkExpired."""
    grant = session.scalar(
        select(AccessGrant)
        .join(User, User.id == AccessGrant.user_id)
        .outerjoin(Organization, Organization.id == AccessGrant.org_id)
        .where(
            AccessGrant.kind == kind,
            AccessGrant.secret_hash == hash_secret(secret),
            AccessGrant.used_at.is_(None),
            AccessGrant.expires_at > clock.now(),
            User.active,
            Organization.id.is_(None) | (Organization.status != OrganizationStatus.SUSPENDED),
        )
    )
    if grant is None:
        raise LinkExpired()
    return grant


def use(session: Session, grant: AccessGrant) -> None:
    """Spend a grant; of two simultaneous uses, one finds it spent and raises LinkExpired."""
    spent = session.execute(
        update(AccessGrant)
        .where(AccessGrant.id == grant.id, AccessGrant.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if spent.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult
        raise LinkExpired()
