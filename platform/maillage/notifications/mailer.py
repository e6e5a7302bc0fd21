"""Handing a mail to the outside: an SMTP server, a folder of `.eml` files, or the rows that the viewer shows."""

import smtplib
import ssl
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, quote, unquote, urlsplit

from sqlalchemy import select

from maillage.kernel.db import transaction
from maillage.notifications.models import MailMessage
from maillage.settings import SettingsError

TIMEOUT_SECONDS = 20
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, slots=True)
class Mail:
    """One as it travels; its Message-ID names it again when it is sent twice."""

    message_id: str
    sender: str
    recipient: str
    wire: bytes = field(repr=False)


Send = Callable[[Mail], None]


class Undeliverable(Exception):
    """This mail can never be delivered as it is; trying again cannot help. Says nothing of its content."""


class MailNotConfigured(Exception):
    """No way out for mails has been set; they wait."""


class Mailer(Protocol):
    def connected(self) -> AbstractContextManager[Send]:
        """One connection for several mails. `send` raises Undeliverable for a refused address, anything else for a
        failure that time may heal; sending a Message-ID again is recognisable as the same mail."""


def mailer_from(url: str, *, production: bool, returns_to: str = "") -> Mailer:
    """The mailer that `MAILLAGE_MAIL_URL` names. Raises SettingsError for an address that names none."""
    parts = urlsplit(url)
    if parts.scheme == "outbox":
        return NoMailer() if production else SinkMailer()
    if parts.scheme == "file" and parts.path.startswith("/"):
        return FileMailer(Path(unquote(parts.path)))
    if parts.scheme in ("smtp", "smtps") and parts.hostname:
        return _smtp(parts, returns_to)
    raise SettingsError("MAILLAGE_MAIL_URL must be smtp://host, smtps://host, file:///folder or outbox:")


@dataclass(frozen=True, slots=True)
class NoMailer:
    """Production without a mail server: keeping mails in the database would keep their secret links there."""

    def connected(self) -> AbstractContextManager[Send]:
        raise MailNotConfigured


@dataclass(frozen=True, slots=True)
class SinkMailer:
    @contextmanager
    def connected(self) -> Iterator[Send]:
        yield self._keep

    def _keep(self, mail: Mail) -> None:
        message = message_from_bytes(mail.wire.replace(b"\r\n", b"\n"), EmailMessage, policy=policy.default)
        with transaction() as session:
            if session.scalar(select(MailMessage.id).where(MailMessage.message_id == mail.message_id)) is None:
                session.add(
                    MailMessage(
                        message_id=mail.message_id,
                        recipient=mail.recipient,
                        subject=str(message["Subject"]),
                        text=_part(message, "plain"),
                        html=_part(message, "html"),
                        headers={name: str(value) for name, value in message.items()},
                    )
                )


@dataclass(frozen=True, slots=True)
class FileMailer:
    folder: Path

    @contextmanager
    def connected(self) -> Iterator[Send]:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        yield self._write

    def _write(self, mail: Mail) -> None:
        """Whole or not at all; the same mail twice is one file."""
        name = quote(mail.message_id.strip("<>"), safe="@") + ".eml"
        with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as file:
            file.write(mail.wire)
        Path(file.name).replace(self.folder / name)


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    returns_to: str = ""

    @contextmanager
    def connected(self) -> Iterator[Send]:
        with self._signed_in() as smtp:
            yield partial(self._send, smtp)

    def greet(self) -> bool:
        """Come as far as for a mail, and send none: whether it would be encrypted. Raises what a mail would meet."""
        with self._signed_in() as smtp:
            return isinstance(smtp.sock, ssl.SSLSocket)

    @contextmanager
    def _signed_in(self) -> Iterator[smtplib.SMTP]:
        with self._open() as smtp:
            if self.user:
                smtp.login(self.user, self.password)
            yield smtp

    def _open(self) -> smtplib.SMTP:
        if self.tls:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=context)
        smtp = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        smtp.ehlo()
        if smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
        elif self.user and self.host not in LOOPBACK:
            smtp.close()
            raise MailNotConfigured("the server offers no encryption for the password")
        return smtp

    def _send(self, smtp: smtplib.SMTP, mail: Mail) -> None:
        try:
            smtp.sendmail(self.returns_to or mail.sender, [mail.recipient], mail.wire)
        except smtplib.SMTPRecipientsRefused as error:
            code, _reply = error.recipients[mail.recipient]
            if code >= 500:
                raise Undeliverable(f"recipient refused: {code}") from None
            raise


def _smtp(parts: SplitResult, returns_to: str) -> SmtpMailer:
    tls = parts.scheme == "smtps"
    try:
        port = parts.port or (465 if tls else 25)
    except ValueError as error:
        raise SettingsError("MAILLAGE_MAIL_URL names an impossible port") from error
    user, password = (unquote(part or "") for part in (parts.username, parts.password))
    return SmtpMailer(parts.hostname or "", port, user, password, tls, returns_to)


def _part(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    return str(part.get_content()) if part is not None else ""
