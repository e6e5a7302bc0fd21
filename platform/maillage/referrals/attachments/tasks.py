from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from maillage.kernel import files, jobs
from maillage.kernel.content_keys import ContentKey
from maillage.referrals import notices
from maillage.referrals.attachments import service
from maillage.referrals.attachments.folder import document_folder
from maillage.referrals.attachments.models import ReferralDocument
from maillage.referrals.household.models import SituationReader
from maillage.referrals.models import Referral, ReferralAssignment
from maillage.referrals.service import telling


@jobs.handles(notices.JOB_DOCUMENT, opens=(Referral, ReferralAssignment, ReferralDocument, SituationReader))
def tell_document(_job_id: UUID, payload: dict[str, Any]) -> None:
    telling.tell_document(UUID(payload["document_id"]))


@jobs.handles(notices.JOB_WITHDRAWN, opens=(Referral, ReferralDocument, ContentKey))
def drop_documents(_job_id: UUID, payload: dict[str, Any]) -> None:
    service.drop_all(UUID(payload["referral_id"]), folder=document_folder())


@jobs.handles(notices.JOB_FILES)
def remove_files(_job_id: UUID, payload: dict[str, Any]) -> None:
    for name in payload["stored"]:
        files.remove(document_folder(), UUID(name))


@jobs.every(timedelta(days=1), "referrals.sweep_documents", opens=(Referral, ReferralDocument, ContentKey))
def sweep_documents(now: datetime) -> None:
    service.sweep(now, folder=document_folder())
