"""Wording and building of mails: neutral, in the reader's language, as plain text and HTML."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app
from flask_babel import force_locale, gettext, ngettext

from maillage.kernel import clock
from maillage.notifications import kinds, stopping
from maillage.notifications.mailer import Undeliverable
from maillage.notifications.models import Notification
from maillage.notifications.values import Recipient
from maillage.settings import Settings

DIGEST_LINES = 40


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says: `links` are (label, path). `stop` is the path that ends such mails; none where they may not be
    refused."""

    subject: str
    paragraphs: Sequence[str]
    links: Sequence[tuple[str, str]]
    stop: str = ""


class Press:
    """Makes the mails of a batch: a letter that many readers get is laid out once in each language, then addressed."""

    def __init__(self) -> None:
        self._laid: dict[str, tuple[Letter, EmailMessage]] = {}

    def of_notices(self, rows: Sequence[Notification]) -> EmailMessage:
        """The mail that carries `rows`: one notice by itself, or a digest. Raises Undeliverable."""
        first = rows[0]
        assert first.mail_id is not None
        with _speaking(first.locale):
            letter = _notice(first) if first.mail_id == first.id else _digest(rows)
            last, message = self._laid.get(first.locale, (None, None))
            if message is None or last != letter:
                message = _lay_out(letter, first.locale)
                self._laid[first.locale] = letter, message
        return _addressed(message, first.email, first.mail_id)


def of_link(
    recipient: Recipient, mail_id: UUID, *, subject: str, body: str, link: str | None, label: str
) -> EmailMessage:
    """A mail of the account itself: an invitation, a way back in, a code that needs no link."""
    with _speaking(recipient.locale):
        letter = Letter(gettext(subject), gettext(body).splitlines(), [(gettext(label), link)] if link else [])
        return _addressed(_lay_out(letter, recipient.locale), recipient.email, mail_id)


def bare(email: str, mail_id: UUID, subject: str, text: str) -> EmailMessage:
    """A mail that says this and nothing else: neither our name nor a link, for a mailbox that may be watched."""
    settings: Settings = current_app.extensions["maillage_settings"]
    message = EmailMessage(policy=policy.SMTP)
    _head(message, "From", parseaddr(settings.mail_from)[1])
    _head(message, "Subject", subject)
    message.set_content(text, cte="quoted-printable")
    return _addressed(message, email, mail_id)


def _notice(row: Notification) -> Letter:
    kind = kinds.wording(row.kind)
    link = (gettext("Ouvrir dans Maillage"), row.link)
    return Letter(gettext(kind.subject), gettext(kind.body).splitlines(), [link], _stop([row]))


def _digest(rows: Sequence[Notification]) -> Letter:
    links = list(dict.fromkeys((gettext(kinds.wording(row.kind).subject), row.link) for row in rows))
    subject = ngettext("Une nouveauté vous attend", "%(num)d nouveautés vous attendent", len(links))
    shown = links[:DIGEST_LINES]
    if len(shown) < len(links):
        shown.append((gettext("Voir toutes les notifications"), _path("notifications.inbox")))
    return Letter(subject, [gettext("Voici ce que vous n’avez pas encore lu dans Maillage.")], shown, _stop(rows))


def _stop(rows: Sequence[Notification]) -> str:
    """The urgent and what touches an account are always mailed, and an organisation's mailbox hears by mail alone."""
    reader = rows[0].user_id
    refused = [row.kind for row in rows if not row.urgent and not kinds.wording(row.kind).essential]
    if reader is None or not refused:
        return ""
    return _path("stopping.stop", secret=stopping.token(str(current_app.secret_key), reader, refused, clock.today()))


def _lay_out(letter: Letter, locale: str) -> EmailMessage:
    """To nobody yet."""
    settings: Settings = current_app.extensions["maillage_settings"]
    base = settings.base_url.rstrip("/")
    message = EmailMessage(policy=policy.SMTP)
    _head(message, "From", settings.mail_from)
    _head(message, "Subject", letter.subject)
    message["Auto-Submitted"] = "auto-generated"
    if letter.stop:
        message["List-Unsubscribe"] = f"<{base}{letter.stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    said = {
        "letter": letter,
        "links": [(label, base + path) for label, path in letter.links],
        "stop": base + letter.stop if letter.stop else "",
        "preferences": base + _path("notifications.preferences"),
        "language": locale,
    }
    message.set_content(_render("mail.txt", said), cte="quoted-printable")
    message.add_alternative(_render("mail.html", said), subtype="html", cte="quoted-printable")
    return message


def _addressed(laid: EmailMessage, email: str, mail_id: UUID) -> EmailMessage:
    """The same, its parts shared, to this reader. Raises Undeliverable."""
    settings: Settings = current_app.extensions["maillage_settings"]
    message = copy(laid)
    for name in ("To", "Date", "Message-ID"):
        del message[name]  # gives the copy headers of its own
    try:
        to = _address(email)
    except (ValueError, IndexError, MessageError) as error:  # no address at all
        raise Undeliverable(type(error).__name__) from None
    _head(message, "To", to)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{mail_id}@{urlsplit(settings.base_url).hostname}>"
    return message


def _head(message: EmailMessage, name: str, value: object) -> None:
    try:
        message[name] = value
    except ValueError as error:  # a line break in it
        raise Undeliverable(type(error).__name__) from None


def _address(email: str) -> Address:
    """Accents in a domain travel in the form that every mail server reads; in front of the @ few servers take them."""
    local, _, domain = email.rpartition("@")
    return Address(addr_spec=f"{local}@{domain.encode('idna').decode()}")


def _render(name: str, said: dict[str, object]) -> str:
    """Without the context of pages: a mail knows no request and nobody signed in."""
    return current_app.jinja_env.get_template(f"emails/{name}").render(said)


def _path(endpoint: str, **values: str) -> str:
    return current_app.url_map.bind("mail").build(endpoint, values)


def _speaking(locale: str) -> AbstractContextManager[None]:
    return force_locale(locale.replace("-", "_"))  # type: ignore[no-any-return]
