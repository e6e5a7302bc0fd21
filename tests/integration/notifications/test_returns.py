"""Mails that come back: a server's word of one of our own mails is recorded, anything else is counted."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner
from flask import Flask
from services.smtp import SmtpSink
from sqlalchemy import select

from factories.accounts import make_organization, make_user, sign_in
from factories.notifications import make_recipient, notices_of, tell
from factories.returned import nested, report, rewritten
from maillage.cli import cli
from maillage.kernel import clock, jobs
from maillage.kernel.db import session
from maillage.notifications import service
from maillage.notifications.mailer import mailer_from
from maillage.notifications.models import Notification
from maillage.notifications.returns import queries
from maillage.notifications.returns.reports import LARGEST, Outcome
from maillage.notifications.returns.service import take
from maillage.notifications.values import Recipient

pytestmark = pytest.mark.security

HOST = "127.0.0.1"
Make = Callable[[UUID, str], bytes]


def mailed(reader: Recipient) -> UUID:
    tell(reader)
    jobs.drain()
    [row] = notices_of(reader)
    assert row.mailed_at is not None and row.mail_id is not None
    return row.mail_id


def counted() -> dict[str, int]:
    session().rollback()
    return queries.counted(session(), clock.today() - timedelta(days=1))


def changed(**parts: str) -> Make:
    return lambda mail_id, address: report(mail_id, address, **parts)


def swapped(*pairs: tuple[str, str]) -> Make:
    """`ID` and `ADDRESS` stand for the mail's own."""

    def make(mail_id: UUID, address: str) -> bytes:
        own = [(old.replace("ID", str(mail_id)).replace("ADDRESS", address), new) for old, new in pairs]
        return rewritten(mail_id, address, *((old, new.replace("ID", str(mail_id))) for old, new in own))

    return make


def wrapped(mail_id: UUID, address: str) -> bytes:
    outer = b'Content-Type: multipart/report; boundary="o"\n\n--o\n'
    return outer + report(mail_id, address) + b"\n--o--\n"


@pytest.mark.parametrize(
    "make",
    [
        report,
        changed(returned="text/rfc822-headers"),
        lambda mail_id, address: report(mail_id, address.upper()),
        lambda mail_id, address: report(mail_id, address).replace(b"\n", b"\r\n"),
        swapped(("Final-Recipient: rfc822; ADDRESS", "Final-Recipient: x; y")),
        swapped(("Status: 5.1.1", "Status: 4.4.7"), ("550 5.1.1", "tired of trying")),
    ],
)
def test_a_final_failure_is_shown_to_the_organisation(app: Flask, make: Make) -> None:
    org = make_organization()
    gone, chief = make_user(org), make_user(org, ("org_admin",))
    mail_id = mailed(make_recipient(user_id=gone.id, org_id=org.id, email=gone.email))
    page = sign_in(app.test_client(), chief)
    assert "refusés" not in page.get("/administration/membres").text
    assert take(make(mail_id, gone.email), host=HOST) is Outcome.RECORDED
    assert "Nos e-mails lui sont refusés" in page.get("/administration/membres").text
    assert counted() == {"recorded": 1}


MANY = "Final-Recipient: rfc822; a@b.example\nAction: failed\n\n" * 300 + "Final-Recipient"
HOSTILE: list[tuple[str, Make, Outcome]] = [
    ("another mail's id", lambda _, address: report(None, address), Outcome.UNKNOWN),
    ("somebody else's address", lambda mail_id, _: report(mail_id, "autre@organisation.example"), Outcome.UNKNOWN),
    ("another host's mail", changed(host="ailleurs.example"), Outcome.UNKNOWN),
    ("nothing given back", changed(returned="text/html"), Outcome.UNKNOWN),
    ("no id that is ours", swapped(("<ID@", "<1' OR 1=1@")), Outcome.UNKNOWN),
    ("an id inside words", swapped(("<ID@", "<a><ID@")), Outcome.UNKNOWN),
    ("hundreds of recipients", swapped(("Final-Recipient", MANY)), Outcome.UNKNOWN),
    ("delayed", changed(action="delayed"), Outcome.DELAYED),
    ("delivered", changed(action="delivered"), Outcome.DELAYED),
    ("huge", lambda mail_id, address: report(mail_id, address) + b"x" * LARGEST, Outcome.TOO_LARGE),
    ("empty", lambda *_: b"", Outcome.UNREADABLE),
    ("bytes", lambda *_: bytes(range(256)) * 40, Outcome.UNREADABLE),
    ("an answer by a person", swapped(("multipart/report", "multipart/mixed")), Outcome.UNREADABLE),
    ("no status", swapped(("message/delivery-status", "text/plain")), Outcome.UNREADABLE),
    ("mails in mails", lambda *_: nested(3000), Outcome.UNREADABLE),
    ("a report inside of a part", wrapped, Outcome.UNREADABLE),
]


@pytest.mark.parametrize(("make", "outcome"), [pytest.param(make, made, id=name) for name, make, made in HOSTILE])
def test_a_hostile_report_changes_nothing_and_is_counted(app: Flask, make: Make, outcome: Outcome) -> None:
    reader = make_recipient()
    mail_id = mailed(reader)
    for _ in range(2):
        assert take(make(mail_id, reader.email), host=HOST) is outcome
    assert counted() == {outcome.value: 2}
    session().rollback()
    assert [row.refused_at for row in session().scalars(select(Notification))] == [None]


def test_a_mail_that_is_taken_later_ends_it(app: Flask) -> None:
    reader = make_recipient()
    take(report(mailed(reader), reader.email), host=HOST)
    assert reader.email in service.refusing(session(), [reader.email])
    with clock.at(clock.now() + timedelta(hours=1)):
        tell(reader)
        jobs.drain()
        assert service.refusing(session(), [reader.email]) == {}


def test_the_command_reads_one_mail_and_always_ends_well(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = make_recipient()
    mail_id = mailed(reader)
    monkeypatch.setattr("maillage.operations.commands.make_app", lambda _settings: app)
    (tmp_path / "one.eml").write_bytes(report(mail_id, reader.email))
    for arguments, given, said in (
        (["mail", "bounces", str(tmp_path / "one.eml")], b"", "recorded"),
        (["mail", "bounces"], report(mail_id, reader.email), "recorded"),
        (["mail", "bounces"], b"Bonjour" * LARGEST, "too_large"),
    ):
        made = CliRunner().invoke(cli, arguments, input=given)
        assert (made.exit_code, made.output.strip()) == (0, said)


def test_what_cannot_be_delivered_comes_back_to_an_address_of_its_own(
    app: Flask, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"smtp://{smtp_sink.address}"
    for returns_to in ("retours@maillage.example", ""):
        mailer = mailer_from(address, production=True, returns_to=returns_to)
        monkeypatch.setitem(app.extensions, "maillage_mailer", mailer)
        mailed(make_recipient())
    assert smtp_sink.senders == ["retours@maillage.example", "ne-pas-repondre@maillage.example"]
