"""What the bearer of a link does: the receiver's own verbs, within one referral."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from maillage.kernel import clock, db
from maillage.kernel.db import transaction
from maillage.referrals import service as referrals
from maillage.referrals.content import Details, Identity
from maillage.referrals.links import queries
from maillage.referrals.links.models import ReferralLink
from maillage.referrals.links.notices import Occasion
from maillage.referrals.links.policy import AccessClosed
from maillage.referrals.links.queries import Guest
from maillage.referrals.links.service.mailing import issue
from maillage.referrals.service import Standing
from maillage.referrals.service.answering import NOTED, act_within, note_refusal
from maillage.referrals.states import ENDED, Event


def answer(
    *, referral_id: UUID, secret: str | None, event: Event, details: Details = Details(), version: int | None = None
) -> Standing:
    """Make `event` happen. The links mailed so far are used up; while there is more to do, the next one is mailed.

    Raises AccessClosed, Forbidden, Conflict, Invalid.
    """
    guest = _at_work(db.session(), referral_id, secret)
    try:
        with transaction() as session:
            return _answer(session, _at_work(session, referral_id, secret), event, details, version)
    except NOTED:
        note_refusal(guest.actor, referral_id, event)
        raise


def reveal(*, referral_id: UUID, secret: str | None) -> Identity:
    """The identity, as far as it was shared; every asking leaves a trace. Raises AccessClosed, Forbidden."""
    return referrals.reveal(_at_work(db.session(), referral_id, secret).actor, referral_id=referral_id)


def _answer(session: Session, guest: Guest, event: Event, details: Details, version: int | None) -> Standing:
    reached = act_within(session, guest.actor, guest.referral.id, event, details, version)
    session.execute(
        update(ReferralLink)
        .where(ReferralLink.referral_id == guest.referral.id, ReferralLink.used_at.is_(None))
        .values(used_at=clock.now())
    )
    if reached.state not in ENDED:
        _send_next(session, guest, reached)
    return reached


def _send_next(session: Session, guest: Guest, reached: Standing) -> None:
    body = queries.mailbox_of(session, guest.referral)
    if body is not None:
        issue(session, guest.referral, body, Occasion.NEXT, f"next:{guest.referral.id}:{reached.version}")


def _at_work(session: Session, referral_id: UUID, secret: str | None) -> Guest:
    guest = queries.guest(session, referral_id, secret)
    if guest.over:
        raise AccessClosed()
    return guest
