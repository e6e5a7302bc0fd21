"""Single-use links. A grant is written in the transaction of what it allows; its secret is made when the mail leaves.

So the secret is never stored in clear, not even in the outbox: the job names the grant, makes a secret, keeps its hash
and mails the link. A job that runs twice makes a second secret, and the last mail is the one whose link works.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Update, or_, select, update
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
class Opened:
    """What a link opens: the grant, the account it is for when there is one, the organisation that invites."""

    grant: AccessGrant
    user: User | None
    organization: Organization | None


@dataclass(frozen=True, slots=True)
class GrantLetter:
    """What the mail of a grant needs."""

    kind: str
    secret: str
    recipient: Recipient


def give_invitation(
    session: Session,
    *,
    email: str,
    name: str,
    org_id: UUID,
    roles: list[str],
    job_title: str | None,
    created_by: UUID | None,
) -> AccessGrant:
    """Add an invitation and the job that will mail it; an earlier one of this organisation to this address is void."""
    session.execute(_spend(AccessGrant.org_id == org_id, AccessGrant.email == email))
    return _add(
        session,
        AccessGrant(
            kind=AccessGrantKind.INVITATION,
            email=email,
            name=name,
            org_id=org_id,
            roles=roles,
            job_title=job_title,
            created_by=created_by,
        ),
    )


def give_reset(session: Session, user_id: UUID) -> AccessGrant:
    """Add a password reset and the job that will mail it.

    Earlier ones stay good until one is used or lapses: anybody may ask for one in somebody else's name, and must not
    thereby kill the link that this person has just received.
    """
    return _add(session, AccessGrant(kind=AccessGrantKind.PASSWORD_RESET, user_id=user_id))


def void_resets(session: Session, user_id: UUID) -> None:
    """The password has just been chosen: whatever else could change it is spent."""
    session.execute(_spend(AccessGrant.kind == AccessGrantKind.PASSWORD_RESET, AccessGrant.user_id == user_id))


def write_letter(grant_id: UUID) -> GrantLetter | None:
    """Give a grant the secret that its mail will carry; None when it opens nothing: used, too old, account shut."""
    with transaction() as session:
        row = session.execute(_open_grants().where(AccessGrant.id == grant_id)).one_or_none()
        if row is None:
            return None
        grant, user, body = row.AccessGrant, row.User, row.Organization
        secret = new_secret()
        grant.secret_hash = hash_secret(secret)
        country = body.country if body else "FR"
        recipient = (
            Recipient(user.id, user.email, user.name, user.locale, country, grant.org_id)
            if user
            else Recipient(None, grant.email, grant.name, "fr", country, grant.org_id)
        )
        return GrantLetter(grant.kind, secret, recipient)


def find(session: Session, kind: AccessGrantKind, secret: str) -> Opened:
    """What a link opens. Raises LinkExpired."""
    row = session.execute(
        _open_grants().where(AccessGrant.kind == kind, AccessGrant.secret_hash == hash_secret(secret))
    ).one_or_none()
    if row is None:
        raise LinkExpired()
    return Opened(row.AccessGrant, row.User, row.Organization)


def use(session: Session, grant: AccessGrant) -> None:
    """Spend a grant; of two simultaneous uses, one finds it spent and raises LinkExpired."""
    spent = session.execute(_spend(AccessGrant.id == grant.id).execution_options(synchronize_session=False))
    if spent.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult
        raise LinkExpired()


def _add(session: Session, grant: AccessGrant) -> AccessGrant:
    grant.id = new_id()
    grant.secret_hash = hash_secret(new_secret())
    grant.expires_at = clock.now() + LASTS[AccessGrantKind(grant.kind)]
    session.add(grant)
    outbox.enqueue(session, MAIL, {"grant": str(grant.id)})
    return grant


def _spend(*where: ColumnElement[bool]) -> Update:
    return update(AccessGrant).where(AccessGrant.used_at.is_(None), *where).values(used_at=clock.now())


def _open_grants() -> Select[AccessGrant, User, Organization]:
    """Grants that still open something, with the account behind them, if any, and the organisation that invites."""
    return (
        select(AccessGrant, User, Organization)
        .outerjoin(User, or_(User.id == AccessGrant.user_id, User.email == AccessGrant.email))
        .outerjoin(Organization, Organization.id == AccessGrant.org_id)
        .where(
            AccessGrant.used_at.is_(None),
            AccessGrant.expires_at > clock.now(),
            User.id.is_(None) | User.active,
            Organization.id.is_(None) | (Organization.status != OrganizationStatus.SUSPENDED),
        )
    )
