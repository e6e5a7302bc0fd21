"""From a link to a session: the code goes to the registered mailbox only, and a few tries of it end it."""

from datetime import datetime
from hmac import compare_digest
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock, outbox
from maillage.kernel.crypto import hash_secret
from maillage.kernel.db import transaction
from maillage.kernel.errors import DomainError, Invalid, TooMany
from maillage.kernel.ids import new_id, new_secret
from maillage.referrals import policy as referral_policy
from maillage.referrals.codes import Side
from maillage.referrals.content import Details
from maillage.referrals.links import notices, policy, queries
from maillage.referrals.links.models import LinkCode, LinkSession, ReferralLink
from maillage.referrals.links.policy import LinkOver, Standing
from maillage.referrals.links.queries import Found
from maillage.referrals.links.service.mailing import hash_of
from maillage.referrals.service.moving import record
from maillage.referrals.service.stepping import step
from maillage.referrals.states import Event

LAPSED = "Ce code n’est plus valable. Demandez-en un autre."


def ask_code(*, secret: str) -> None:
    """Mail a code to the link's mailbox. Raises LinkOver, TooMany."""
    with transaction() as session:
        refusal = _ask_code(session, queries.find(session, secret, lock=True))
    if refusal is not None:
        raise refusal


def open_with(*, secret: str, code: str) -> tuple[UUID, str]:
    """Open the link's referral with the code; gives its id and the secret of the new session. That the receiver read it
    is noted now, and not when the link was followed: scanners of mails follow links.

    Raises LinkOver, Invalid on `code`.
    """
    typed = "".join(code.split())
    with transaction() as session:
        found = queries.find(session, secret, lock=True)
        refusal = _spend(session, found, typed)
        opened = _open(session, found) if refusal is None else ""
    if refusal is not None:
        raise refusal
    return found.referral.id, opened


def ask_another(*, secret: str) -> None:
    """Ask for another link in place of this one. Nothing is looked up here: the job does, so that a secret of ours and
    any other take the same way and the same time."""
    with transaction() as session:
        outbox.enqueue(session, notices.JOB_ANOTHER, {"secret_hash": hash_secret(secret)})


def close(*, referral_id: UUID, secret: str | None) -> None:
    """End the session of this browser."""
    with transaction() as session:
        guest = queries.guest(session, referral_id, secret)
        session.execute(update(LinkSession).where(LinkSession.id == guest.session_id).values(closed_at=clock.now()))
        audit.record(session, guest.actor, "referral.link_closed", "referral", referral_id)


def sweep(now: datetime) -> None:
    """Forget codes and sessions that can serve no more; links stay, to be told from unknown ones when one is asked
    for again."""
    with transaction() as session:
        session.execute(delete(LinkCode).where(LinkCode.created_at < now - 2 * policy.WINDOW))
        session.execute(delete(LinkSession).where(LinkSession.expires_at < now))


def _ask_code(session: Session, found: Found) -> DomainError | None:
    """The refusal, so that its trace is kept; None once a code is on its way."""
    if found.standing is not Standing.LIVE:
        return _refused(session, found, found.standing.value)
    asked, last = _codes(session, LinkCode.link_id == found.link.id)
    if last is not None and last > clock.now() - policy.PAUSE:
        return TooMany("Un code vient de partir. Regardez dans la boîte de votre organisation, ou attendez une minute.")
    of_mailbox, _ = _codes(session, ReferralLink.mailbox == found.link.mailbox)
    if asked >= policy.CODES_OF_LINK or of_mailbox >= policy.CODES_OF_MAILBOX:
        return TooMany("Trop de codes ont été demandés. Réessayez dans une heure.")
    row = LinkCode(id=new_id(), link_id=found.link.id)
    session.add(row)
    outbox.enqueue(session, notices.JOB_CODE, {"code_id": str(row.id)})
    return None


def _codes(session: Session, which: ColumnElement[bool]) -> tuple[int, datetime | None]:
    """How many codes were asked for lately, and when the last one was."""
    row = session.execute(
        select(func.count(), func.max(LinkCode.created_at))
        .join(ReferralLink, ReferralLink.id == LinkCode.link_id)
        .where(which, LinkCode.created_at > clock.now() - policy.WINDOW)
    ).one()
    return row[0], row[1]


def _spend(session: Session, found: Found, typed: str) -> DomainError | None:
    """Use up the last code mailed, or one of its tries."""
    if found.standing is not Standing.LIVE:
        return _refused(session, found, found.standing.value)
    row = session.scalar(
        select(LinkCode)
        .where(LinkCode.link_id == found.link.id, LinkCode.code_hash.is_not(None))
        .order_by(LinkCode.created_at.desc(), LinkCode.id.desc())
        .limit(1)
        .with_for_update()
    )
    if row is None or row.expires_at is None or row.code_hash is None:
        return Invalid(fields={"code": "Le code n’est pas encore parti. Patientez un instant."})
    if row.used_at is not None or row.tries >= policy.TRIES or row.expires_at <= clock.now():
        _refused(session, found, "code over")
        return Invalid(fields={"code": LAPSED})
    row.tries += 1
    if not compare_digest(row.code_hash, hash_of(row.id, typed)):
        _refused(session, found, "wrong code")
        left = policy.TRIES - row.tries
        return Invalid(fields={"code": f"Ce n’est pas le bon code. Essais restants : {left}." if left else LAPSED})
    row.used_at = clock.now()
    return None


def _open(session: Session, found: Found) -> str:
    """A session of this browser; that the referral was read, if this is the first time."""
    link, referral, actor, secret = found.link, found.referral, found.actor, new_secret()
    link.opened_at = link.opened_at or clock.now()
    session.add(
        LinkSession(
            id=new_id(), link_id=link.id, secret_hash=hash_secret(secret), expires_at=clock.now() + policy.SESSION_LASTS
        )
    )
    audit.record(session, actor, "referral.link_opened", "referral", referral.id, link=str(link.id))
    if referral_policy.may(actor, Side.RECEIVER, referral, Event.SEEN):
        row = referral_policy.decide(actor, Side.RECEIVER, referral, Event.SEEN)
        record(session, [step(session, actor, referral, row, Details())])
    return secret


def _refused(session: Session, found: Found, why: str) -> LinkOver:
    """Leave a trace in the organisation's journal."""
    audit.record(session, found.actor, "referral.link_refused", "referral", found.referral.id, why=why)
    return LinkOver()
