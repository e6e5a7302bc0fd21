"""The three ways out keep the same promises; SMTP is held to them against a real server."""

import smtplib
import ssl
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from services.smtp import SmtpSink

from factories.notifications import kept_mails, make_recipient
from maillage.kernel.ids import new_id
from maillage.notifications import mails
from maillage.notifications.mailer import Mail, Mailer, MailNotConfigured, SmtpMailer, Undeliverable, mailer_from
from maillage.notifications.models import MailMessage

Received = Callable[[], list[EmailMessage]]


@pytest.fixture(params=["outbox", "file", "smtp"])
def way_out(request: pytest.FixtureRequest, app: Flask, tmp_path: Path) -> tuple[Mailer, Received]:
    """A mailer, and what arrived at its other end."""
    if request.param == "file":
        return mailer_from(f"file://{tmp_path}/mails", production=True), lambda: [
            parsed(path.read_bytes()) for path in sorted((tmp_path / "mails").iterdir())
        ]
    if request.param == "smtp":
        sink = request.getfixturevalue("smtp_sink")
        return mailer_from(f"smtp://{sink.address}", production=True), lambda: [parsed(raw) for _, raw in sink.mails]
    return mailer_from("outbox:", production=False), lambda: [kept(row) for row in kept_mails()]


def parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)  # type: ignore[return-value]


def kept(row: MailMessage) -> EmailMessage:
    """A row of the sink as the mail that it stands for."""
    message = EmailMessage()
    for name, value in row.headers.items():
        if not name.startswith(("Content-", "MIME-")):
            message[name] = value
    message.set_content(row.text)
    message.add_alternative(row.html, subtype="html")
    return message


def make_mail(email: str = "lecteur@organisation.example", **words: str) -> Mail:
    said = {"subject": "Votre accès à Maillage", "body": "Choisissez un mot de passe.", "label": "Choisir"}
    recipient = make_recipient(email=email)
    return mails.of_link(recipient, new_id(), link="/invitation/s3cret", **(said | words))


def test_a_mail_arrives_whole(way_out: tuple[Mailer, Received]) -> None:
    mailer, received = way_out
    with mailer.connected() as send:
        for mail in (make_mail(), make_mail("autre@organisation.example")):
            send(mail)
    got = sorted(received(), key=lambda mail: mail["To"])
    assert [mail["To"] for mail in got] == ["autre@organisation.example", "lecteur@organisation.example"]
    assert got[0]["Subject"] == "Votre accès à Maillage"
    assert got[0]["Auto-Submitted"] == "auto-generated"
    for subtype in ("plain", "html"):
        part = got[0].get_body((subtype,))
        assert part is not None
        assert "/invitation/s3cret" in part.get_content()


def test_a_mail_sent_twice_is_recognised_as_one(way_out: tuple[Mailer, Received]) -> None:
    mailer, received = way_out
    mail = make_mail()
    for _ in range(2):
        with mailer.connected() as send:
            send(mail)
    assert {found["Message-ID"] for found in received()} == {mail.message_id}
    assert len(received()) == (2 if isinstance(mailer, SmtpMailer) else 1)


@pytest.mark.parametrize(
    "words", [{"email": "a@b.example\r\nBcc: tous@b.example"}, {"subject": "Oui\r\nBcc: a@b.example"}]
)
def test_a_line_break_never_becomes_a_header(sqlite_app: Flask, words: dict[str, str]) -> None:
    with sqlite_app.app_context(), pytest.raises(Undeliverable):
        make_mail(**words)


@pytest.mark.parametrize("email", ["", "nobody", "a@b.example, c@d.example", "@", "zoé@b.example", "a@.example"])
def test_an_address_that_is_none_is_refused(sqlite_app: Flask, email: str) -> None:
    with sqlite_app.app_context(), pytest.raises(Undeliverable):
        make_mail(email)


def test_a_domain_with_accents_is_reached(sqlite_app: Flask, smtp_sink: SmtpSink) -> None:
    with sqlite_app.app_context(), mailer_from(f"smtp://{smtp_sink.address}", production=True).connected() as send:
        send(make_mail("contact@entraidé.example"))
    assert [recipient for recipient, _ in smtp_sink.mails] == ["contact@xn--entraid-hya.example"]


def test_a_refused_address_is_told_from_a_busy_server(sqlite_app: Flask, smtp_sink: SmtpSink) -> None:
    smtp_sink.refused, smtp_sink.busy = {"parti@b.example"}, {"plein@b.example"}
    with sqlite_app.app_context(), mailer_from(f"smtp://{smtp_sink.address}", production=True).connected() as send:
        with pytest.raises(Undeliverable):
            send(make_mail("parti@b.example"))
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(make_mail("plein@b.example"))
        send(make_mail())
    assert [recipient for recipient, _ in smtp_sink.mails] == ["lecteur@organisation.example"]


@pytest.mark.parametrize(("scheme", "starttls"), [("smtps", False), ("smtp", True)])
def test_a_server_that_proves_nothing_gets_nothing(
    sqlite_app: Flask,
    tls_sink: SmtpSink,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    starttls: bool,
) -> None:
    tls_sink.starttls = starttls
    mailer = mailer_from(f"{scheme}://me:secret@{tls_sink.address}", production=True)
    with pytest.raises(ssl.SSLCertVerificationError), mailer.connected():
        pass
    assert tls_sink.logins == []
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with sqlite_app.app_context(), mailer.connected() as send:
        send(make_mail())
    assert tls_sink.logins == [b"\0me\0secret"]
    assert len(tls_sink.mails) == 1


def test_a_password_never_travels_in_clear_to_another_machine(
    smtp_sink: SmtpSink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("maillage.notifications.mailer.LOOPBACK", set())
    with (
        pytest.raises(MailNotConfigured),
        mailer_from(f"smtp://me:secret@{smtp_sink.address}", production=True).connected(),
    ):
        pass
    assert smtp_sink.logins == []
