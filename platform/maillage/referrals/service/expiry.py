"""Referrals that nobody answered in time end as "no answer", which is never counted as a refusal."""

from contextlib import suppress
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, select

from maillage.kernel import clock, db
from maillage.kernel.actor import SYSTEM
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict
from maillage.referrals.content import Details
from maillage.referrals.models import Referral
from maillage.referrals.service.moving import record
from maillage.referrals.service.stepping import step
from maillage.referrals.states import AWAITING_ANSWER, Event, State, transition

BATCH = 500


def expire_due(moment: datetime) -> int:
    """End the referrals whose last day has passed at `moment`, one commit each; returns how many."""
    today = moment.astimezone(clock.ZONES["FR"]).date()
    ids = list(db.session().scalars(_due(today).with_only_columns(Referral.id).limit(BATCH)))
    return sum(_expire(referral_id, today) for referral_id in ids)


def _due(today: date) -> Select[Referral]:
    due = select(Referral).where(Referral.expires_on < today, Referral.state.in_(AWAITING_ANSWER))
    return due.order_by(Referral.expires_on, Referral.id)


def _expire(referral_id: UUID, today: date) -> bool:
    """Whether it was still to expire: an answer that comes at the same moment wins."""
    with suppress(Conflict), transaction() as session:
        referral = session.scalar(_due(today).where(Referral.id == referral_id))
        row = transition(Event.EXPIRE, State(referral.state)) if referral is not None else None
        if referral is not None and row is not None:
            record(session, [step(session, SYSTEM, referral, row, Details())])
            return True
    return False
