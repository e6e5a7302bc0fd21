"""Jobs and chores of the accounts: shells over use-cases."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from maillage.accounts import service
from maillage.accounts.notices import GRANT_MAILS
from maillage.accounts.service import grants
from maillage.kernel import jobs
from maillage.kernel.ids import new_id
from maillage.notifications import delivery


@jobs.handles(grants.MAIL)
def mail_grant(_job_id: UUID, payload: dict[str, Any]) -> None:
    letter = service.write_letter(UUID(payload["grant"]))
    if letter is None:
        return
    wording = GRANT_MAILS[letter.kind]
    delivery.send_mail(
        recipient=letter.recipient,
        mail_id=new_id(),
        subject=wording.subject,
        body=wording.body,
        link=wording.path.format(secret=letter.secret),
        link_label=wording.link_label,
    )


@jobs.every(timedelta(days=1), "accounts.sweep")
def sweep(now: datetime) -> None:
    service.sweep(now)
