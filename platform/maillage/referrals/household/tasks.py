from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from maillage.kernel import jobs
from maillage.kernel.content_keys import ContentKey
from maillage.referrals.household import notices, service
from maillage.referrals.household.models import HouseholdFile, HouseholdPerson, SituationReader
from maillage.referrals.models import Situation
from maillage.referrals.notices import JOB_OPPOSED
from maillage.referrals.similar.models import SituationDigest


@jobs.handles(
    JOB_OPPOSED, opens=(ContentKey, HouseholdFile, HouseholdPerson, Situation, SituationDigest, SituationReader)
)
def tell_met(_job_id: UUID, payload: dict[str, Any]) -> None:
    service.tell_met(UUID(payload["situation_id"]))


@jobs.handles(notices.JOB_RESCUED)
def tell_rescued(_job_id: UUID, payload: dict[str, Any]) -> None:
    service.tell_rescued(UUID(payload["org_id"]), UUID(payload["situation_id"]), UUID(payload["by"]))


@jobs.every(timedelta(days=1), "household.unread", opens=(Situation, SituationReader))
def tell_unread(_now: datetime) -> None:
    service.tell_unread()


@jobs.handles(notices.JOB_ENTRUSTED, opens=(SituationReader,))
def tell_entrusted(_job_id: UUID, payload: dict[str, Any]) -> None:
    service.tell_entrusted(UUID(payload["situation_id"]), UUID(payload["user_id"]))
