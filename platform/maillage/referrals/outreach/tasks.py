from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from maillage.kernel import jobs
from maillage.referrals import notices
from maillage.referrals.models import Situation
from maillage.referrals.outreach import service


@jobs.handles(notices.JOB_FORGOTTEN, opens=(Situation,))
def tell_forgotten(_job_id: UUID, payload: dict[str, Any]) -> None:
    service.tell_forgotten(UUID(payload["situation_id"]), UUID(payload["user_id"]))


@jobs.every(timedelta(hours=6), "referrals.end_unagreed", opens=(Situation,))
def end_unagreed(now: datetime) -> None:
    service.end_unagreed(now)
