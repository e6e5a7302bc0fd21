"""Links and codes on their way to a mailbox. Secrets are made when the mail leaves, so that no row ever holds one.

A link is written in the transaction of what it tells; the job then names it, makes its secret, keeps the hash and mails
the rest. A job that runs twice makes a second secret, and the last mail is the one whose link works.
"""

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from maillage.accounts.models import Organization
from maillage.accounts.queries import answering_mailbox
from maillage.kernel import clock, outbox
from maillage.kernel.crypto import hash_secret
from maillage.kernel.db import transaction
from maillage.kernel.ids import new_id, new_secret
from maillage.notifications.values import Recipient
from maillage.referrals.links import notices, policy, queries
from maillage.referrals.links.models import LinkCode, ReferralLink
from maillage.referrals.links.notices import Occasion
from maillage.referrals.models import Referral
from maillage.referrals.policy import ANSWER
from maillage.referrals.states import ENDED, State


@dataclass(frozen=True, slots=True)
class Letter:
    """A secret, and the only mailbox that may read it."""

    secret: str
    recipient: Recipient


def tell_mailbox(session: Session, referral: Referral, cause: str, occasion: Occasion = Occasion.NEWS) -> bool:
    """Tell the receiver's mailbox that something happened, or waits; whether it answers from there."""
    body = queries.mailbox_of(session, referral)
    if body is None:
        return False
    if State(referral.state) in ENDED:
        key = f"referral.link_over:{cause}"
        if not session.scalar(select(exists().where(outbox.OutboxJob.dedup_key == key))):
            outbox.enqueue(session, notices.JOB_OVER, {"org_id": str(body.id)}, dedup_key=key)
    else:
        issue(session, referral, body, occasion, cause)
    return True


def issue(session: Session, referral: Referral, body: Organization, occasion: Occasion, cause: str) -> None:
    """Write a link for the organisation's mailbox and the job that mails it, once for each cause."""
    if body.email is None or session.scalar(select(exists().where(ReferralLink.cause == cause))):
        return
    link = ReferralLink(
        id=new_id(),
        referral_id=referral.id,
        mailbox=body.email,
        cause=cause,
        secret_hash=hash_secret(new_secret()),
        expires_at=policy.lasts_until(referral, body.country),
    )
    session.add(link)
    outbox.enqueue(session, notices.JOB_LINK, {"link_id": str(link.id), "occasion": occasion.value})


def write_link(link_id: UUID) -> Letter | None:
    """Give a link the secret that its mail carries; None once nothing can be answered with it."""
    with transaction() as session:
        found = _addressed(session, link_id)
        if found is None:
            return None
        link, recipient = found
        secret = new_secret()
        link.secret_hash = hash_secret(secret)
        return Letter(secret, recipient)


def write_code(code_id: UUID) -> Letter | None:
    """Make a code and start its ten minutes; None once its link answers nothing."""
    with transaction() as session:
        row = session.get(LinkCode, code_id)
        found = _addressed(session, row.link_id) if row is not None and row.used_at is None else None
        if row is None or found is None:
            return None
        code = f"{secrets.randbelow(10**policy.DIGITS):0{policy.DIGITS}d}"
        row.code_hash, row.tries = hash_of(row.id, code), 0
        row.expires_at = clock.now() + policy.CODE_LASTS
        return Letter(code, found[1])


def write_another(job_id: UUID, secret_hash: str) -> None:
    """Mail another link in place of one that is over, to the mailbox registered now, if there is still something to
    answer. Whoever asked learns nothing of all this."""
    with transaction() as session:
        found = session.execute(
            select(ReferralLink, Referral)
            .join(Referral, Referral.id == ReferralLink.referral_id)
            .where(ReferralLink.secret_hash == secret_hash)
        ).one_or_none()
        if found is None or State(found[1].state) in ENDED | {State.DRAFT}:
            return
        body = queries.mailbox_of(session, found[1])
        if body is not None and body.email is not None and not _asked_too_often(session, found[1], body.email):
            issue(session, found[1], body, Occasion.ANOTHER, f"another:{job_id}")


def mailbox_of(org_id: UUID) -> Recipient | None:
    """The mailbox of an organisation that answers from there."""
    with transaction() as session:
        body = answering_mailbox(session, org_id, ANSWER)
        return _recipient(body) if body is not None else None


def hash_of(code_id: UUID, code: str) -> str:
    """Bound to its row, so that equal codes do not look alike."""
    return hash_secret(f"{code_id}:{code}")


def _addressed(session: Session, link_id: UUID) -> tuple[ReferralLink, Recipient] | None:
    """A link with its mailbox, as long as that is still the registered one and something can be answered."""
    link = session.get(ReferralLink, link_id)
    referral = session.get(Referral, link.referral_id) if link is not None else None
    if link is None or referral is None or link.used_at is not None or State(referral.state) in ENDED:
        return None
    body = queries.mailbox_of(session, referral)
    return (link, _recipient(body)) if body is not None and body.email == link.mailbox else None


def _asked_too_often(session: Session, referral: Referral, mailbox: str) -> bool:
    lately = select(func.count()).where(
        ReferralLink.created_at > clock.now() - policy.WINDOW, ReferralLink.cause.startswith("another:")
    )
    of_referral = session.scalar(lately.where(ReferralLink.referral_id == referral.id)) or 0
    of_mailbox = session.scalar(lately.where(ReferralLink.mailbox == mailbox)) or 0
    return of_referral >= policy.NEW_LINKS or of_mailbox >= policy.LINKS_OF_MAILBOX


def _recipient(body: Organization) -> Recipient:
    assert body.email is not None  # as `answering_mailbox` asks for
    return Recipient(None, body.email, body.name, "fr", body.country, body.id)
