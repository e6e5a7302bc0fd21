"""Wording and building of mails: neutral, in the reader's language, as plain text and HTML."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage, Message
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
WAY_OUT, PIECE = "@@stop@@", 70  # where each reader's own link goes, early on its line so that no line break cuts it


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says: `links` are (label, path). A `refusable` one carries a link that ends such mails."""

    subject: str
    paragraphs: Sequence[str]
    links: Sequence[tuple[str, str]]
    refusable: bool = False


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
        made = _addressed(message, first.email, first.mail_id)
        return _with_way_out(made, rows) if letter.refusable else made


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
    return Letter(gettext(kind.subject), gettext(kind.body).splitlines(), [link], _refusable([row]))


def _digest(rows: Sequence[Notification]) -> Letter:
    links = list(dict.fromkeys((gettext(kinds.wording(row.kind).subject), row.link) for row in rows))
    subject = ngettext("Une nouveauté vous attend", "%(num)d nouveautés vous attendent", len(links))
    shown = links[:DIGEST_LINES]
    if len(shown) < len(links):
        shown.append((gettext("Voir toutes les notifications"), _path("notifications.inbox")))
    return Letter(subject, [gettext("Voici ce que vous n’avez pas encore lu dans Maillage.")], shown, _refusable(rows))


def _refusable(rows: Sequence[Notification]) -> bool:
    """The urgent and what touches an account are always mailed, and an organisation's mailbox hears by mail alone."""
    return rows[0].user_id is not None and not any(row.urgent or kinds.wording(row.kind).essential for row in rows)


def _with_way_out(message: EmailMessage, rows: Sequence[Notification]) -> EmailMessage:
    """With the link of this very reader, in headers and in parts of its own: the rest was laid out for all."""
    assert rows[0].user_id is not None
    key, codes = str(current_app.secret_key), [row.kind for row in rows]
    address = _base() + _path("stopping.stop", secret=stopping.token(key, rows[0].user_id, codes, clock.today()))
    message["List-Unsubscribe"] = f"<{address}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_payload([_written_into(part, address) for part in message.iter_parts()])
    return message


def _written_into(laid: Message, address: str) -> Message:
    """A copy with `address` where it belongs, in pieces that quoted-printable joins again."""
    part, text = copy(laid), str(laid.get_payload())
    end = "=\r\n" if "\r\n" in text else "=\n"
    pieces = [address[at : at + PIECE] for at in range(0, len(address), PIECE)]
    part.set_payload(text.replace(WAY_OUT, end + end.join(pieces) + end))
    return part


def _lay_out(letter: Letter, locale: str) -> EmailMessage:
    """To nobody yet."""
    settings: Settings = current_app.extensions["maillage_settings"]
    base = _base()
    message = EmailMessage(policy=policy.SMTP)
    _head(message, "From", settings.mail_from)
    _head(message, "Subject", letter.subject)
    message["Auto-Submitted"] = "auto-generated"
    said = {
        "letter": letter,
        "links": [(label, base + path) for label, path in letter.links],
        "stop": WAY_OUT if letter.refusable else "",
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


def _base() -> str:
    settings: Settings = current_app.extensions["maillage_settings"]
    return settings.base_url.rstrip("/")


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
