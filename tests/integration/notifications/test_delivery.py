"""What leaves, what it says, and what happens when the way out is blocked."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from uuid import UUID

import html5lib
import pytest
from flask import Flask
from services.smtp import SmtpSink
from sqlalchemy import select, update

from factories.notifications import ESSENTIAL, ORDINARY, kept_mails, make_recipient, notices_of, tell
from factories.statements import StatementCounter
from maillage.kernel import clock, jobs, outbox
from maillage.kernel.db import session, transaction
from maillage.kernel.ids import new_id
from maillage.kernel.jobs import PermanentFailure
from maillage.kernel.outbox import LEASE, OutboxJob
from maillage.notifications import delivery, kinds
from maillage.notifications.mailer import mailer_from
from maillage.notifications.models import Notification

# What would tell a stranger reading over the shoulder what it is about.
TELLING = re.compile(r"violen|santé|psych|dette|impay|expuls|addict|réfugi|handicap|isolé|locataire|madame", re.I)


@pytest.fixture
def by_smtp(app: Flask, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> SmtpSink:
    mailer = mailer_from(f"smtp://{smtp_sink.address}", production=True)
    monkeypatch.setitem(app.extensions, "maillage_mailer", mailer)
    return smtp_sink


def only_job() -> OutboxJob:
    session().rollback()
    return session().scalars(select(OutboxJob)).one()


@contextmanager
def later(**delay: int) -> Iterator[None]:
    with clock.at(clock.now() + timedelta(**delay)):
        yield


def run_again() -> None:
    """As after a crash between the work and its settling."""
    with transaction() as tx:
        tx.execute(update(OutboxJob).values(done_at=None, lease_until=None))
    assert jobs.drain() == 1


def test_a_job_that_runs_twice_sends_once(app: Flask) -> None:
    tell(make_recipient(), make_recipient())
    jobs.drain()
    run_again()
    assert len(kept_mails()) == 2


def test_a_crash_between_sending_and_remembering_repeats_the_same_mail(app: Flask, by_smtp: SmtpSink) -> None:
    tell(make_recipient())
    jobs.drain()
    with transaction() as tx:
        tx.execute(update(Notification).values(mailed_at=None))
    run_again()
    ids = [message_from_bytes(raw, policy=policy.default)["Message-ID"] for _, raw in by_smtp.mails]
    assert len(ids) == 2
    assert ids[0] == ids[1]


@pytest.mark.parametrize(("pace", "commits"), [(60, range(4, 9)), (0, range(24, 32))], ids=["swift", "slow"])
def test_a_batch_is_addressed_to_each_and_remembered_as_it_leaves(
    app: Flask,
    by_smtp: SmtpSink,
    monkeypatch: pytest.MonkeyPatch,
    count_statements: StatementCounter,
    pace: int,
    commits: range,
) -> None:
    """A server that takes many mails at once is not kept waiting for a commit each; where one takes long, who is
    killed repeats that one and no more."""
    monkeypatch.setattr(delivery, "PACE_SECONDS", pace)
    settings = app.extensions["maillage_settings"]
    host = "partenaires.maillage.bailleurs-sociaux-des-hauts-de-france.example"
    told = settings.model_copy(update={"base_url": f"https://{host}"})
    monkeypatch.setitem(app.extensions, "maillage_settings", told)
    readers = [make_recipient(locale=locale) for locale in ("fr", "nl-BE", "en") for _ in range(8)]
    tell(*readers)
    with count_statements as sent:
        jobs.drain()
    got = {to: message_from_bytes(raw, policy=policy.default) for to, raw in by_smtp.mails}
    assert len(by_smtp.mails) == len(readers)
    for reader in readers:
        mail, [notice] = got[reader.email], notices_of(reader)
        plain, html = (part.get_content() for part in mail.iter_parts())
        stop = mail["List-Unsubscribe"].strip("<>")
        assert reader.user_id is not None and reader.user_id.hex in stop
        assert (stop in plain.splitlines(), f'href="{stop}"' in html) == (True, True)
        assert mail["To"] == reader.email
        assert mail["Message-ID"] == f"<{notice.mail_id}@{host}>"
        assert f'lang="{reader.locale}"' in html
    assert sent.commits in commits


def test_one_refused_address_holds_nobody_up(app: Flask, by_smtp: SmtpSink) -> None:
    readers = [make_recipient() for _ in range(3)]
    by_smtp.refused = {readers[1].email}
    tell(*readers)
    jobs.drain()
    assert [recipient for recipient, _ in by_smtp.mails] == [readers[0].email, readers[2].email]
    assert only_job().done_at is not None
    [refused] = notices_of(readers[1])
    assert (refused.mailed_at, refused.refused_at is not None) == (None, True)


def test_a_busy_mailbox_is_tried_again_and_the_others_are_not(app: Flask, by_smtp: SmtpSink) -> None:
    readers = [make_recipient() for _ in range(3)]
    by_smtp.busy = {readers[0].email}
    tell(*readers)
    jobs.drain()
    assert only_job().error == "SMTPRecipientsRefused"
    by_smtp.busy = set()
    with later(minutes=1):
        jobs.drain()
    assert sorted(recipient for recipient, _ in by_smtp.mails) == sorted(reader.email for reader in readers)


def test_a_server_that_hangs_up_gets_the_rest_later(app: Flask, by_smtp: SmtpSink) -> None:
    tell(*(make_recipient() for _ in range(5)))
    by_smtp.drop_after = 2
    jobs.drain()
    assert len(by_smtp.mails) == 2
    by_smtp.drop_after = None
    with later(minutes=1):
        jobs.drain()
    assert len({recipient for recipient, _ in by_smtp.mails}) == len(by_smtp.mails) == 5


def test_a_night_without_mail_server_loses_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = make_recipient()
    with monkeypatch.context() as night:
        night.setitem(app.extensions, "maillage_mailer", mailer_from("smtp://127.0.0.1:1", production=True))
        tell(reader)
        for hour in range(10):
            with later(hours=hour):
                jobs.drain()
    assert only_job().error == "mail: ConnectionRefusedError"
    assert only_job().dead_at is None
    with later(hours=11):
        jobs.drain()
    assert [mail.recipient for mail in kept_mails()] == [reader.email]


def test_each_mail_keeps_the_lease_of_its_job(app: Flask, by_smtp: SmtpSink) -> None:
    tell(make_recipient())
    with transaction() as tx:
        [job] = outbox.lease(tx, 1)
        job_id, mails = job.id, job.payload_ref["mails"]
    almost = LEASE.seconds - 1
    with later(seconds=almost):
        delivery.deliver(job_id, [UUID(mail_id) for mail_id in mails])
    with later(seconds=2 * almost), transaction() as tx:
        assert outbox.lease(tx, 1) == []


def test_a_mail_says_nothing_of_anybody(app: Flask, by_smtp: SmtpSink) -> None:
    hostile = make_recipient(name="Zoé Canari\r\nBcc: tous@ailleurs.example\r\n\r\n<script>alert(1)</script>")
    tell(hostile, urgent=True)
    jobs.drain()
    [(recipient, raw)] = by_smtp.mails
    mail = message_from_bytes(raw, policy=policy.default)
    assert recipient == hostile.email
    assert mail["Bcc"] is None
    assert b"Canari" not in raw
    assert b"<script" not in raw
    assert mail["Subject"] == ORDINARY.subject
    assert mail["List-Unsubscribe"] is None, "the urgent may not be refused"


def test_an_essential_mail_offers_no_way_out(app: Flask) -> None:
    tell(make_recipient(), kind=ESSENTIAL)
    jobs.drain()
    [mail] = kept_mails()
    assert "preferences" not in mail.text


def test_every_registered_kind_makes_a_neutral_mail_in_every_language(app: Flask) -> None:
    readers = [make_recipient(locale=locale) for locale in ("fr", "fr-BE", "nl", "en")]
    every = kinds.all_kinds()
    for kind in every:
        tell(*readers, kind=kind, urgent=True)
    jobs.drain()
    mails = kept_mails()
    assert len(mails) == len(every) * len(readers)
    for mail in mails:
        assert len(mail.subject) <= 78, mail.subject
        assert not TELLING.search(mail.subject + mail.text + mail.html), mail.subject
        assert "http://127.0.0.1:8000/orientations/1" in mail.text
        assert "http://127.0.0.1:8000/orientations/1" in mail.html
        html5lib.HTMLParser(strict=True).parse(mail.html)


def test_a_secret_link_reaches_the_mail_and_no_job(app: Flask) -> None:
    words = {"subject": "Votre accès", "body": "Choisissez.", "link": "/invitation/s3cret", "link_label": "Choisir"}
    mail_id = new_id()
    for _ in range(2):
        delivery.send_mail(recipient=make_recipient(user_id=None), mail_id=mail_id, **words)
    [mail] = kept_mails()
    assert "http://127.0.0.1:8000/invitation/s3cret" in mail.text
    assert mail.message_id == f"<{mail_id}@127.0.0.1>"
    assert session().scalars(select(OutboxJob)).all() == []


def test_a_secret_link_for_an_address_that_takes_no_mail_is_given_up(app: Flask) -> None:
    with pytest.raises(PermanentFailure):
        delivery.send_mail(
            recipient=make_recipient(email="a@b.example\r\nBcc: c@d.example"),
            mail_id=new_id(),
            subject="Votre accès",
            body="Choisissez.",
            link="/invitation/s3cret",
            link_label="Choisir",
        )
    assert kept_mails() == []
