"""A second mail to a mailbox that has opened nothing, at half of the time it has to answer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, select

from maillage.accounts.models import Organization
from maillage.kernel import clock, db
from maillage.kernel.db import transaction
from maillage.referrals.links import queries
from maillage.referrals.links.models import ReferralLink
from maillage.referrals.links.notices import Occasion
from maillage.referrals.links.service.mailing import issue
from maillage.referrals.models import Referral
from maillage.referrals.states import State

CAUSE = "half:"


def remind_due(moment: datetime) -> int:
    """Mail another link where half of the time is gone and nothing was read, once each; returns how many."""
    waiting = _waiting().join(Organization, Organization.id == Referral.receiver_org_id)
    rows = db.session().execute(
        waiting.with_only_columns(Referral.id, Referral.sent_at, Referral.expires_on, Organization.country)
    )
    due = [
        id_
        for id_, sent_at, last, country in rows.all()
        if sent_at and last and moment >= sent_at + (clock.end_of(last, country) - sent_at) / 2
    ]
    return sum(_remind(referral_id) for referral_id in due)


def _waiting() -> Select[Referral]:
    """What was mailed as a link and read by nobody: once a code is typed, a referral is no longer just sent."""
    mailed = exists().where(ReferralLink.referral_id == Referral.id)
    reminded = exists().where(ReferralLink.referral_id == Referral.id, ReferralLink.cause.startswith(CAUSE))
    return select(Referral).where(
        Referral.state == State.SENT, Referral.sent_at.is_not(None), Referral.expires_on.is_not(None), mailed, ~reminded
    )


def _remind(referral_id: UUID) -> bool:
    """Whether a mail is on its way: not where it was answered meanwhile, nor where the mailbox is trusted no more."""
    with transaction() as session:
        referral = session.scalar(_waiting().where(Referral.id == referral_id).with_for_update())
        body = queries.mailbox_of(session, referral) if referral is not None else None
        if referral is None or body is None:
            return False
        issue(session, referral, body, Occasion.REMINDER, f"{CAUSE}{referral.id}")
        return True
