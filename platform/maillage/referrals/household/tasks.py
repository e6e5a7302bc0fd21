from typing import Any
from uuid import UUID

from maillage.kernel import jobs
from maillage.referrals.household import notices, service
from maillage.referrals.household.models import SituationReader


@jobs.handles(notices.JOB_ENTRUSTED, opens=(SituationReader,))
def tell_entrusted(_job_id: UUID, payload: dict[str, Any]) -> None:
    service.tell_entrusted(UUID(payload["situation_id"]), UUID(payload["user_id"]))
