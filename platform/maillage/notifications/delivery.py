"""From the outbox to the mailer. Everything here may run twice: a mail keeps its Message-ID."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from uuid import UUID

from flask import current_app

from maillage.kernel import outbox
from maillage.kernel.db import session, transaction
from maillage.kernel.jobs import Away, PermanentFailure
from maillage.notifications import mails, queries, service
from maillage.notifications.mailer import Mailer, Send, Undeliverable
from maillage.notifications.values import Recipient


def deliver(job_id: UUID, mail_ids: Iterable[UUID]) -> None:
    """Send the mails that have not left yet. One that fails does not hold up the others; the first failure is raised
    at the end, so that the job comes back for what is left."""
    failures: list[Exception] = []
    with _connected() as send:
        for mail_id in mail_ids:
            try:
                _deliver_one(send, job_id, mail_id)
            except Exception as error:
                failures.append(error)
    if failures:
        raise failures[0]


def send_mail(
    *, recipient: Recipient, mail_id: UUID, subject: str, body: str, link: str | None = None, link_label: str = ""
) -> None:
    """Send a mail that holds a secret link or code, from a job handler and outside of any transaction.

    The secret goes to the mailer and nowhere else: neither to the outbox nor, in production, to the database.
    `mail_id` names the mail: a retry that makes another secret makes another mail and needs another id.
    `body` is one paragraph a line, `link` a path. Raises PermanentFailure when the address does not take mail.
    """
    try:
        message = mails.of_link(recipient, mail_id, subject=subject, body=body, link=link, label=link_label)
        with _connected() as send:
            send(message)
    except Undeliverable:
        raise PermanentFailure("address refused") from None


def _deliver_one(send: Send, job_id: UUID, mail_id: UUID) -> None:
    rows = queries.awaiting_mail(session(), mail_id)
    if not rows:
        return
    try:
        message = mails.of_notices(rows)
        session().rollback()  # no snapshot stays open while a mail server makes us wait
        send(message)
        delivered = True
    except Undeliverable:
        delivered = False
    with transaction() as tx:
        service.close_mail(tx, mail_id, delivered=delivered)
        outbox.extend_lease(tx, job_id)


@contextmanager
def _connected() -> Iterator[Send]:
    """A way out. Raises Away when there is none just now: pages then say that mails are late."""
    with ExitStack() as stack:
        try:
            send = stack.enter_context(_mailer().connected())
        except Exception as error:
            raise Away(f"{queries.MAIL_SERVER}: {type(error).__name__}") from error
        yield send


def _mailer() -> Mailer:
    mailer: Mailer = current_app.extensions["maillage_mailer"]
    return mailer
