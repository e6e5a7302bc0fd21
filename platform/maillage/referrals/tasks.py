from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from maillage.kernel import jobs
from maillage.notifications.webhooks.models import Webhook, WebhookDelivery
from maillage.referrals import notices
from maillage.referrals.codes import Side
from maillage.referrals.household.models import SituationReader
from maillage.referrals.ladder import Whom
from maillage.referrals.models import Referral, ReferralAssignment, ReferralEvent, ReferralMessage
from maillage.referrals.service import expiry, reminding, telling


@jobs.handles(
    notices.JOB_STEP,
    opens=(Referral, ReferralAssignment, ReferralEvent, SituationReader, Webhook, WebhookDelivery),
)
def tell_step(_job_id: UUID, payload: dict[str, Any]) -> None:
    telling.tell_step(UUID(payload["event_id"]))


@jobs.handles(notices.JOB_MESSAGE, opens=(Referral, ReferralAssignment, ReferralMessage, SituationReader))
def tell_message(_job_id: UUID, payload: dict[str, Any]) -> None:
    telling.tell_message(UUID(payload["message_id"]))


@jobs.handles(notices.JOB_ASSIGNMENT, opens=(Referral, SituationReader))
def tell_assignment(_job_id: UUID, payload: dict[str, Any]) -> None:
    telling.tell_assignment(UUID(payload["referral_id"]), UUID(payload["user_id"]))


@jobs.handles(notices.JOB_REVEALS)
def tell_reveals(_job_id: UUID, payload: dict[str, Any]) -> None:
    telling.tell_reveals(UUID(payload["org_id"]), payload["alert"])


@jobs.handles(notices.JOB_CONFLICT, opens=(Referral, ReferralAssignment, SituationReader))
def tell_conflict(_job_id: UUID, payload: dict[str, Any]) -> None:
    telling.tell_conflict(UUID(payload["referral_id"]), Side(payload["side"]), UUID(payload["bar_id"]))


@jobs.handles(notices.JOB_GIVEN_BACK, opens=(Referral, ReferralAssignment, SituationReader))
def tell_given_back(_job_id: UUID, payload: dict[str, Any]) -> None:
    telling.tell_given_back(UUID(payload["referral_id"]), payload["cause"])


@jobs.handles(notices.JOB_REMINDER, opens=(Referral, ReferralAssignment, SituationReader))
def tell_reminder(job_id: UUID, payload: dict[str, Any]) -> None:
    told = [Whom(whom) for whom in payload["tells"]]
    telling.tell_reminder(UUID(payload["referral_id"]), payload["wait"], told, f"reminder:{job_id}")


@jobs.every(timedelta(minutes=10), "referrals.remind", opens=(Referral,))
def remind(now: datetime) -> None:
    reminding.climb_due(now)


@jobs.every(timedelta(minutes=10), "referrals.expire", opens=(Referral, ReferralEvent))
def expire(now: datetime) -> None:
    expiry.expire_due(now)
