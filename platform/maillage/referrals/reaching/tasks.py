from typing import Any
from uuid import UUID

from flask import current_app

from maillage.kernel import jobs
from maillage.kernel.content_keys import ContentKey
from maillage.kernel.jobs import PermanentFailure
from maillage.notifications import delivery
from maillage.notifications.mailer import Undeliverable
from maillage.notifications.texter import Texter
from maillage.referrals.codes import ContactChannel
from maillage.referrals.glass.models import GlassBreak
from maillage.referrals.household.models import SituationReader
from maillage.referrals.models import Referral, ReferralAssignment, ReferralBar, ReferralParty, Situation
from maillage.referrals.reaching import service
from maillage.referrals.reaching.models import PersonMessage
from maillage.referrals.reaching.rules import Result
from maillage.referrals.reaching.service import Ready

OPENS = (
    ContentKey, GlassBreak, PersonMessage, Referral, ReferralAssignment, ReferralBar, ReferralParty, Situation,
    SituationReader,
)  # fmt: skip


@jobs.handles(service.JOB, opens=OPENS)
def write_to_person(_job_id: UUID, payload: dict[str, Any]) -> None:
    """Neither the address nor the words were in the queue: both are opened here, and go nowhere else."""
    message_id = UUID(payload["message_id"])
    found = service.ready(message_id)
    if found is None:
        return
    try:
        _hand_over(message_id, found)
    except (Undeliverable, PermanentFailure):
        service.close(message_id, Result.REFUSED)
    else:
        service.close(message_id, Result.SENT)


def _hand_over(message_id: UUID, found: Ready) -> None:
    if found.channel is ContactChannel.EMAIL:
        delivery.send_bare(email=found.address, mail_id=message_id, subject="Bonjour", text=found.text)
        return
    texter: Texter | None = current_app.extensions["maillage_texter"]
    if texter is None:
        raise PermanentFailure("no gateway")
    texter.send(message_id, found.address, found.text)
