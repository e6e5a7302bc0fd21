"""Wording and building of mails: neutral, in the reader's language, as plain text and HTML."""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.quoprimime import body_encode
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app
from flask_babel import force_locale, gettext, ngettext

from maillage.kernel import clock
from maillage.notifications import kinds, stopping
from maillage.notifications.mailer import Mail, Undeliverable
from maillage.notifications.models import Notification
from maillage.notifications.values import Recipient
from maillage.settings import Settings

DIGEST_LINES = 40
_PLAIN = re.compile(r"[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
WAY_OUT = "@@stop@@"  # where each reader's own link goes, early on its line so that no line break cuts it


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says: `links` are (label, path). A `refusable` one carries a link that ends such mails."""

    subject: str
    paragraphs: Sequence[str]
    links: Sequence[tuple[str, str]]
    refusable: bool = False


@dataclass(frozen=True, slots=True)
class Laid:
    """A letter as it travels, to nobody yet."""

    sender: str
    wire: bytes


class Press:
    """Makes the mails of a batch: a letter that many readers get is laid out once in each language, then addressed."""

    def __init__(self) -> None:
        self._laid: dict[str, tuple[object, Laid]] = {}

    def of_notices(self, rows: Sequence[Notification]) -> Mail:
        """The mail that carries `rows`: one notice by itself, or a digest. Raises Undeliverable."""
        first = rows[0]
        assert first.mail_id is not None
        alone, refusable = first.mail_id == first.id, _refusable(rows)
        said = alone, refusable, [(row.kind, row.link) for row in rows]
        last, laid = self._laid.get(first.locale, (None, None))
        if laid is None or last != said:
            with _speaking(first.locale):
                laid = _lay_out(_notice(first, refusable) if alone else _digest(rows, refusable), first.locale)
            self._laid[first.locale] = said, laid
        return _addressed(laid, first.email, first.mail_id, _way_out(rows) if refusable else "")


def of_link(recipient: Recipient, mail_id: UUID, *, subject: str, body: str, link: str | None, label: str) -> Mail:
    """A mail of the account itself: an invitation, a way back in, a code that needs no link."""
    with _speaking(recipient.locale):
        letter = Letter(gettext(subject), gettext(body).splitlines(), [(gettext(label), link)] if link else [])
        return _addressed(_lay_out(letter, recipient.locale), recipient.email, mail_id)


def bare(email: str, mail_id: UUID, subject: str, text: str) -> Mail:
    """A mail that says this and nothing else: neither our name nor a link, for a mailbox that may be watched."""
    settings: Settings = current_app.extensions["maillage_settings"]
    message = _message(parseaddr(settings.mail_from)[1], subject)
    message.set_content(text, cte="quoted-printable")
    return _addressed(_as_it_travels(message), email, mail_id)


def _notice(row: Notification, refusable: bool) -> Letter:
    kind = kinds.wording(row.kind)
    link = (gettext("Ouvrir dans Maillage"), row.link)
    return Letter(gettext(kind.subject), gettext(kind.body).splitlines(), [link], refusable)


def _digest(rows: Sequence[Notification], refusable: bool) -> Letter:
    links = list(dict.fromkeys((gettext(kinds.wording(row.kind).subject), row.link) for row in rows))
    subject = ngettext("Une nouveauté vous attend", "%(num)d nouveautés vous attendent", len(links))
    shown = links[:DIGEST_LINES]
    if len(shown) < len(links):
        shown.append((gettext("Voir toutes les notifications"), _path("notifications.inbox")))
    return Letter(subject, [gettext("Voici ce que vous n’avez pas encore lu dans Maillage.")], shown, refusable)


def _refusable(rows: Sequence[Notification]) -> bool:
    """The urgent and what touches an account are always mailed, and an organisation's mailbox hears by mail alone."""
    return rows[0].user_id is not None and not any(row.urgent or kinds.wording(row.kind).essential for row in rows)


def _way_out(rows: Sequence[Notification]) -> str:
    """The address by which this very reader ends such mails."""
    assert rows[0].user_id is not None
    key, codes = str(current_app.secret_key), [row.kind for row in rows]
    return _base() + _path("stopping.stop", secret=stopping.token(key, rows[0].user_id, codes, clock.today()))


def _lay_out(letter: Letter, locale: str) -> Laid:
    settings: Settings = current_app.extensions["maillage_settings"]
    base = _base()
    message = _message(settings.mail_from, letter.subject)
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
    return _as_it_travels(message)


def _message(sender: str, subject: str) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = sender
    try:
        message["Subject"] = subject
    except ValueError as error:  # a line break in it
        raise Undeliverable(type(error).__name__) from None
    return message


def _as_it_travels(message: EmailMessage) -> Laid:
    return Laid(message["From"].addresses[0].addr_spec, message.as_bytes())


def _addressed(laid: Laid, email: str, mail_id: UUID, way_out: str = "") -> Mail:
    """Raises Undeliverable."""
    try:
        to = _address(email)
    except (ValueError, IndexError, MessageError) as error:  # a line break in it, or no address at all
        raise Undeliverable(type(error).__name__) from None
    message_id = f"<{mail_id}@{urlsplit(_base()).hostname}>"
    head = [f"To: {to}", f"Date: {format_datetime(clock.now())}", f"Message-ID: {message_id}"]
    wire = laid.wire
    if way_out:
        head += [f"List-Unsubscribe: <{way_out}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]
        own = body_encode(way_out, eol="\r\n")  # between soft line breaks, wherever in a line it stands
        wire = wire.replace(WAY_OUT.encode(), f"=\r\n{own}=\r\n".encode())
    return Mail(message_id, laid.sender, to, "".join(f"{line}\r\n" for line in head).encode() + wire)


def _address(email: str) -> str:
    """Accents in a domain travel in the form that every mail server reads; in front of the @ few servers take them."""
    if _PLAIN.fullmatch(email):
        return email  # as almost all are
    local, _, domain = email.rpartition("@")
    return Address(addr_spec=f"{local}@{domain.encode('idna').decode()}").addr_spec


def _base() -> str:
    settings: Settings = current_app.extensions["maillage_settings"]
    return settings.base_url.rstrip("/")


def _render(name: str, said: dict[str, object]) -> str:
    """Without the context of pages: a mail knows no request and nobody signed in."""
    return current_app.jinja_env.get_template(f"emails/{name}").render(said)


def _path(endpoint: str, **values: str) -> str:
    return current_app.url_map.bind("mail").build(endpoint, values)


def _speaking(locale: str) -> AbstractContextManager[None]:
    return force_locale(locale.replace("-", "_"))  # type: ignore[no-any-return]
