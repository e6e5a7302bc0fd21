"""Jobs and chores about consents: shells over use-cases."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from maillage.kernel import jobs
from maillage.kernel.db import transaction
from maillage.kernel.ids import parse_id
from maillage.referrals.consent import notices, service
from maillage.referrals.household.models import SituationReader
from maillage.referrals.models import Referral, ReferralBar


@jobs.handles(notices.JOB_ENDING, opens=(Referral, ReferralBar, SituationReader))
def tell_ending(job_id: UUID, payload: dict[str, Any]) -> None:
    with transaction() as session:
        referral = session.get(Referral, UUID(payload["referral_id"]))
        if referral is not None and referral.erased_at is None:
            notices.tell_ending(session, referral, f"consent:{job_id}")


@jobs.handles(notices.JOB_OVERRIDDEN, opens=(Referral, ReferralBar, SituationReader))
def tell_overridden(job_id: UUID, payload: dict[str, Any]) -> None:
    with transaction() as session:
        referral = session.get(Referral, UUID(payload["referral_id"]))
        if referral is not None and referral.erased_at is None:
            notices.tell_overridden(session, referral, parse_id(payload["by"]), f"override:{job_id}")


@jobs.every(timedelta(days=1), "consent.remind", opens=(Referral,))
def remind(now: datetime) -> None:
    service.remind_due(now)
