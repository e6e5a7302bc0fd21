"""The link of a mail that ends such mails (RFC 8058): what holds it, what it does, and what it can never do."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from flask import Flask
from services.smtp import SmtpSink
from sqlalchemy import func, select

from factories.notifications import DIGESTED, ESSENTIAL, ORDINARY, kept_mails, make_recipient, notices_of, prefer, tell
from maillage.kernel import clock, jobs
from maillage.kernel.actor import Actor
from maillage.kernel.db import session
from maillage.notifications import queries, service, stopping
from maillage.notifications.mailer import mailer_from
from maillage.notifications.models import MailMessage, NotificationPreference
from maillage.notifications.values import Frequency, Recipient

pytestmark = pytest.mark.security

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


def path_in(mail: MailMessage) -> str:
    address = mail.headers["List-Unsubscribe"]
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<http://127\.0\.0\.1:8000(/notifications/arret/[\w.-]+)>", address)
    assert found, address
    assert address.strip("<>") in mail.text and address.strip("<>") in mail.html
    return found[1]


def mailed(reader: Recipient, **notice: Any) -> MailMessage:
    tell(reader, **notice)
    jobs.drain()
    return kept_mails()[-1]


def chosen(reader: Recipient) -> dict[str, Frequency]:
    session().rollback()
    return queries.preferences(session(), Actor(user_id=reader.user_id, org_id=None))


@pytest.mark.parametrize(
    ("reader", "notice", "refusable"),
    [
        ({}, {}, True),
        ({}, {"kind": DIGESTED, "urgent": False}, True),
        ({}, {"urgent": True}, False),
        ({}, {"kind": ESSENTIAL}, False),
        ({"user_id": None}, {}, False),  # an organisation's mailbox hears in no other way
    ],
)
def test_every_mail_that_may_be_refused_says_how(
    app: Flask, reader: dict[str, Any], notice: dict[str, Any], refusable: bool
) -> None:
    who = make_recipient(**reader)
    prefer(who.user_id, Frequency.IMMEDIATE, DIGESTED) if who.user_id else None
    mail = mailed(who, **notice)
    said = {"List-Unsubscribe", "List-Unsubscribe-Post"} & mail.headers.keys()
    assert bool(said) is ("Ne plus recevoir" in mail.text) is ("Ne plus recevoir" in mail.html) is refusable
    if refusable:
        path_in(mail)


def test_looking_changes_nothing_and_one_click_ends_that_kind_for_that_person(app: Flask) -> None:
    reader, other = make_recipient(), make_recipient()
    path = path_in(mailed(reader))
    before, of_other = chosen(reader), chosen(other)
    visitor = app.test_client()
    shown = visitor.get(path)
    assert ORDINARY.label in shown.text and reader.email not in shown.text
    assert visitor.head(path).status_code == 200
    assert chosen(reader) == before
    for _ in range(2):  # mail programs repeat themselves
        done = visitor.post(path, data=ONE_CLICK)
        assert (done.status_code, "ne recevrez plus" in done.text) == (200, True)
    assert chosen(reader) == before | {ORDINARY.code: Frequency.NONE}
    assert chosen(other) == of_other
    sent = len(kept_mails())
    tell(reader)
    tell(reader, urgent=True)
    jobs.drain()
    assert len(kept_mails()) == sent + 1, "the urgent one"
    assert len(notices_of(reader)) == 3, "in the application everything shows"


def test_of_many_told_at_once_each_has_a_link_of_their_own(app: Flask) -> None:
    """What is laid out once for all holds nobody's link."""
    readers = [make_recipient() for _ in range(4)]
    tell(*readers)
    jobs.drain()
    paths = {mail.recipient: path_in(mail) for mail in kept_mails()}
    assert len(set(paths.values())) == len(readers)
    for done, reader in enumerate(readers):
        assert app.test_client().post(paths[reader.email], data=ONE_CLICK).status_code == 200
        refusing = [one for one in readers if chosen(one)[ORDINARY.code] is Frequency.NONE]
        assert refusing == readers[: done + 1]


def test_a_digest_stops_the_kinds_that_it_holds_and_what_waits_for_the_next(app: Flask) -> None:
    reader = make_recipient()
    prefer(reader.user_id, Frequency.WEEKLY)
    with clock.at(MONDAY - timedelta(days=2)):
        tell(reader)
        tell(reader, kind=DIGESTED)
    with clock.at(MONDAY):
        service.bundle_digests(MONDAY)
        jobs.drain()
        path = path_in(kept_mails()[-1])
        tell(reader)
        assert app.test_client().post(path, data=ONE_CLICK).status_code == 200
        before = len(kept_mails())
    later = MONDAY + timedelta(days=8)
    with clock.at(later):
        service.bundle_digests(later)
        jobs.drain()
    assert len(kept_mails()) == before
    assert {kind for kind, often in chosen(reader).items() if often is Frequency.NONE} == {ORDINARY.code, DIGESTED.code}


def test_what_is_not_our_link_does_nothing(app: Flask) -> None:
    reader, other = make_recipient(), make_recipient()
    secret = path_in(mailed(reader)).rpartition("/")[2]
    assert reader.user_id and other.user_id
    said, _, signature = secret.rpartition(".")
    hostile = [
        said.replace(reader.user_id.hex, other.user_id.hex) + "." + signature,
        f"{said}{said[-6:]}.{signature}",
        said,
        f"{said}.",
        "..",
        "a" * 3000,
        stopping.token("another key", other.user_id, [ORDINARY.code], clock.today()),
        stopping.token(str(app.secret_key), other.user_id, [ESSENTIAL.code], clock.today()),
        stopping.token(str(app.secret_key), other.user_id, [ORDINARY.code], clock.today() - timedelta(days=731)),
    ]
    for one in hostile:
        for answer in (app.test_client().get(path := f"/notifications/arret/{one}"), app.test_client().post(path)):
            assert answer.status_code == 404, one
    session().rollback()
    assert session().scalar(select(func.count()).select_from(NotificationPreference)) == 0
    last = stopping.token(str(app.secret_key), other.user_id, [ORDINARY.code], clock.today() - timedelta(days=730))
    assert app.test_client().post(f"/notifications/arret/{last}").status_code == 200


def test_the_longest_such_header_arrives_whole(
    app: Flask, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A digest of every kind there is: the address is not folded into what no mail program reads."""
    reader = make_recipient()
    monkeypatch.setitem(app.extensions, "maillage_mailer", mailer_from(f"smtp://{smtp_sink.address}", production=True))
    with clock.at(MONDAY - timedelta(days=1)):
        for kind in stopping.kinds.optional_kinds():
            prefer(reader.user_id, Frequency.DAILY, kind)
            tell(reader, kind=kind)
    with clock.at(MONDAY):
        service.bundle_digests(MONDAY)
        jobs.drain()
    [(_, raw)] = smtp_sink.mails
    [line] = [one for one in raw.splitlines() if one.startswith(b"List-Unsubscribe:")]
    assert line.endswith(b">"), line
    path = (
        message_from_bytes(raw, policy=policy.default)["List-Unsubscribe"]
        .strip("<>")
        .removeprefix("http://127.0.0.1:8000")
    )
    assert len(line) <= 600
    assert app.test_client().post(path, data=ONE_CLICK).status_code == 200
    assert set(chosen(reader).values()) == {Frequency.NONE}
