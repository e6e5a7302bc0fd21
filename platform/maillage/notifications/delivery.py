"""From the outbox to the mailer. Everything here may run twice: a mail keeps its Message-ID."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from uuid import UUID

from flask import current_app

from maillage.kernel import outbox
from maillage.kernel.db import session, transaction
from maillage.kernel.jobs import Away, PermanentFailure
from maillage.notifications import mails, queries, service
from maillage.notifications.mailer import Mail, Mailer, Send, Undeliverable
from maillage.notifications.values import Recipient

FIRST, MOST_GROWTH = 2, 10
PACE_SECONDS = 0.2


def deliver(job_id: UUID, mail_ids: Sequence[UUID]) -> None:
    """Send the mails that have not left yet. One that fails does not hold up the others; the first failure is raised
    at the end, so that the job comes back for what is left.

    What has left is remembered as many at a time as leave within PACE_SECONDS: who is killed repeats no more than that.
    """
    failures: list[Exception] = []
    press, size, done = mails.Press(), FIRST, 0
    with _connected() as send:
        while done < len(mail_ids):
            start = time.monotonic()
            failures += _deliver_some(press, send, job_id, mail_ids[done : done + size])
            done += size
            pace = PACE_SECONDS / max(time.monotonic() - start, 0.001)
            size = max(1, int(size * min(pace, MOST_GROWTH)))
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


def send_bare(*, email: str, mail_id: UUID, subject: str, text: str) -> None:
    """Send a mail that says nothing but this, from a job handler and outside of any transaction.
    Raises Undeliverable."""
    with _connected() as send:
        send(mails.bare(email, mail_id, subject, text))


def _deliver_some(press: mails.Press, send: Send, job_id: UUID, mail_ids: Sequence[UUID]) -> list[Exception]:
    failures: list[Exception] = []
    left: list[UUID] = []
    refused: list[UUID] = []
    made: dict[UUID, Mail] = {}
    for mail_id, told in queries.awaiting_mail(session(), mail_ids).items():
        try:
            made[mail_id] = press.of_notices(told)
        except Undeliverable:
            refused.append(mail_id)
    session().rollback()  # no snapshot stays open while a mail server makes us wait
    for mail_id, mail in made.items():
        try:
            send(mail)
            left.append(mail_id)
        except Undeliverable:
            refused.append(mail_id)
        except Exception as error:
            failures.append(error)
    with transaction() as tx:
        service.close_mails(tx, left, delivered=True)
        service.close_mails(tx, refused, delivered=False)
        outbox.extend_lease(tx, job_id)
    return failures


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
