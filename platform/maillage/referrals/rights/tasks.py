"""Jobs and chores about the life of situations: shells over use-cases."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from maillage.kernel import jobs, retention
from maillage.kernel.db import transaction
from maillage.referrals.household.models import SituationReader
from maillage.referrals.models import Referral, Situation
from maillage.referrals.rights import notices


@jobs.handles(notices.JOB_ENDING, opens=(Situation, SituationReader))
def tell_ending(job_id: UUID, payload: dict[str, Any]) -> None:
    with transaction() as session:
        situation = session.get(Situation, UUID(payload["situation_id"]))
        if situation is not None and situation.erased_at is None:
            notices.tell_ending(session, situation, f"ending:{job_id}")


@jobs.handles(notices.JOB_ERASED)
def tell_erased(job_id: UUID, payload: dict[str, Any]) -> None:
    with transaction() as session:
        notices.tell_erased(session, UUID(payload["org_id"]), f"erased:{job_id}")


@jobs.handles(notices.JOB_RECTIFIED, opens=(Situation, Referral, SituationReader))
def tell_rectified(job_id: UUID, payload: dict[str, Any]) -> None:
    with transaction() as session:
        referral = session.get(Referral, UUID(payload["referral_id"]))
        if referral is not None and referral.erased_at is None:
            notices.tell_rectified(session, referral, f"rectified:{job_id}")


@jobs.every(timedelta(days=1), "retention.run")
def run_retention(now: datetime) -> None:
    retention.run(now)
