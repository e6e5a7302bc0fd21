"""Jobs of links: shells over use-cases."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from maillage.kernel import jobs
from maillage.kernel.ids import new_id
from maillage.notifications import delivery
from maillage.referrals.links import notices
from maillage.referrals.links.notices import Occasion
from maillage.referrals.links.service import mailing, opening
from maillage.referrals.models import Referral


@jobs.handles(notices.JOB_LINK, opens=(Referral,))
def mail_link(_job_id: UUID, payload: dict[str, Any]) -> None:
    letter = mailing.write_link(UUID(payload["link_id"]))
    if letter is None:
        return
    wording = notices.LETTERS[Occasion(payload["occasion"])]
    delivery.send_mail(
        recipient=letter.recipient,
        mail_id=new_id(),
        subject=wording.subject,
        body=wording.body,
        link=notices.PATH.format(secret=letter.secret),
        link_label=notices.LABEL,
    )


@jobs.handles(notices.JOB_CODE, opens=(Referral,))
def mail_code(_job_id: UUID, payload: dict[str, Any]) -> None:
    letter = mailing.write_code(UUID(payload["code_id"]))
    if letter is None:
        return
    half = len(letter.secret) // 2
    code = f"{letter.secret[:half]} {letter.secret[half:]}"
    body = notices.CODE.body.format(code=code)
    delivery.send_mail(recipient=letter.recipient, mail_id=new_id(), subject=notices.CODE.subject, body=body)


@jobs.handles(notices.JOB_OVER)
def mail_over(job_id: UUID, payload: dict[str, Any]) -> None:
    recipient = mailing.mailbox_of(UUID(payload["org_id"]))
    if recipient is not None:
        delivery.send_mail(recipient=recipient, mail_id=job_id, subject=notices.OVER.subject, body=notices.OVER.body)


@jobs.handles(notices.JOB_ANOTHER, opens=(Referral,))
def mail_another(job_id: UUID, payload: dict[str, Any]) -> None:
    mailing.write_another(job_id, payload["secret_hash"])


@jobs.every(timedelta(days=1), "referrals.sweep_links")
def sweep(now: datetime) -> None:
    opening.sweep(now)
