"""Jobs and chores of the accounts: shells over use-cases."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import current_app, url_for

from maillage.accounts import policy, queries, service
from maillage.accounts.notices import GRANT_MAILS
from maillage.accounts.service import grants
from maillage.accounts.service.journal import EXPORT
from maillage.accounts.vault import members as vault
from maillage.accounts.vault.models import VaultSession
from maillage.kernel import anchors, background, clock, jobs
from maillage.kernel.db import session, transaction
from maillage.kernel.ids import new_id
from maillage.kernel.paths import whole_lines
from maillage.notifications import delivery
from maillage.notifications.service import post
from maillage.notifications.values import Notice, Recipient
from maillage.notifications.webhooks import service as webhooks
from maillage.notifications.webhooks.notices import STOPPED
from maillage.settings import Settings

background.does(
    background.Kind(
        EXPORT,
        label="Journal",
        work=service.write_journal,
        unit=("ligne", "lignes"),
        back=lambda params: ("Journal", url_for("organization.journal")),
        permission="organization.audit",
        fresh=True,
    )
)


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


@jobs.handles(webhooks.JOB_STOPPED)
def tell_stopped(job_id: UUID, payload: dict[str, Any]) -> None:
    """Tell the administrators that a program of theirs is told nothing any more."""
    notice = Notice(STOPPED.code, f"/administration/logiciels/{payload['webhook_id']}")
    with transaction() as tx:
        told = queries.recipients(tx, UUID(payload["org_id"]), policy.ORGANIZATION)
        post(tx, notice=notice, recipients=told, dedup_key=f"webhook:{job_id}")


@jobs.every(timedelta(days=1), "accounts.sweep")
def sweep(now: datetime) -> None:
    service.sweep(now)


@jobs.every(timedelta(hours=1), "accounts.sweep_vaults", opens=(VaultSession,))
def sweep_vaults(now: datetime) -> None:
    vault.sweep(now)


@jobs.every(timedelta(hours=1), "audit.anchor")
def anchor(_now: datetime) -> None:
    anchors.anchor(session(), _settings().paths.anchors)


@jobs.every(timedelta(days=1), "audit.mail_fingerprint")
def mail_fingerprint(_now: datetime) -> None:
    """One line that stands for every anchor so far, kept in a mailbox that this machine cannot write to."""
    lines, address = whole_lines(_settings().paths.anchors), _settings().audit_email
    if not lines or not address:
        return
    delivery.send_mail(
        recipient=Recipient(user_id=None, email=address, name=""),
        mail_id=new_id(),
        subject="Empreinte du journal",
        body=f"{clock.today():%d/%m/%Y}, ligne {len(lines)} : {anchors.fingerprint(lines)}\n"
        "Gardez ce message : « maillage audit verify --fingerprint » compare le journal à cette empreinte.",
        link="/plateforme/journal",
        link_label="Voir le journal",
    )


def _settings() -> Settings:
    settings: Settings = current_app.extensions["maillage_settings"]
    return settings
