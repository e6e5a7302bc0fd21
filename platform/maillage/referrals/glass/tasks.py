from typing import Any
from uuid import UUID

from maillage.kernel import jobs
from maillage.referrals.glass import notices, service
from maillage.referrals.glass.models import GlassBreak
from maillage.referrals.models import Referral, ReferralAssignment, Situation


@jobs.handles(notices.JOB_BROKEN, opens=(GlassBreak, Referral, ReferralAssignment, Situation))
def tell_broken(_job_id: UUID, payload: dict[str, Any]) -> None:
    service.tell_broken(UUID(payload["glass_id"]))
