"""Who is told what, and how: in the transaction of what happened."""

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from factories.notifications import DIGESTED, ESSENTIAL, ORDINARY, kept_mails, make_recipient, notices_of, prefer, tell
from maillage.kernel import jobs
from maillage.kernel.actor import SYSTEM, Actor
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Forbidden, Invalid
from maillage.kernel.outbox import OutboxJob
from maillage.notifications import queries, service
from maillage.notifications.kinds import NoticeKind
from maillage.notifications.values import Frequency, Notice


def mailed_to() -> list[str]:
    jobs.drain()
    return [mail.recipient for mail in kept_mails()]


def test_a_notice_is_a_line_at_once_and_a_mail_after_the_commit(app: Flask) -> None:
    reader = make_recipient()
    assert tell(reader) == 1
    assert [row.link for row in notices_of(reader)] == ["/orientations/1"]
    assert kept_mails() == []
    assert mailed_to() == [reader.email]


def test_what_is_rolled_back_tells_nobody(app: Flask) -> None:
    reader = make_recipient()
    with pytest.raises(RuntimeError), transaction() as tx:
        service.post(tx, notice=Notice(ORDINARY.code, "/"), recipients=[reader], dedup_key="k")
        raise RuntimeError
    assert notices_of(reader) == []
    assert mailed_to() == []


@pytest.mark.parametrize("chosen", Frequency)
@pytest.mark.parametrize(
    ("kind", "urgent", "always"), [(ORDINARY, False, False), (ORDINARY, True, True), (ESSENTIAL, False, True)]
)
def test_preferences_hold_except_when_it_cannot_wait(
    app: Flask, chosen: Frequency, kind: NoticeKind, urgent: bool, always: bool
) -> None:
    reader = make_recipient()
    prefer(reader.user_id, chosen)
    tell(reader, kind=kind, urgent=urgent)
    assert len(notices_of(reader)) == 1
    assert mailed_to() == ([reader.email] if always or chosen is Frequency.IMMEDIATE else [])


def test_a_preference_is_of_one_person_and_one_kind(app: Flask) -> None:
    quiet, other = make_recipient(), make_recipient()
    prefer(quiet.user_id, Frequency.NONE)
    tell(quiet, other)
    prefer(quiet.user_id, Frequency.IMMEDIATE, DIGESTED)
    tell(quiet, other, kind=DIGESTED)
    assert sorted(mailed_to()) == sorted([other.email, quiet.email])


def test_a_choice_replaces_the_earlier_one(app: Flask) -> None:
    reader = make_recipient()
    for frequency in (Frequency.NONE, Frequency.WEEKLY):
        prefer(reader.user_id, frequency)
    found = queries.preferences(session(), Actor(user_id=reader.user_id, org_id=None))
    assert found[ORDINARY.code] is Frequency.WEEKLY
    assert found[DIGESTED.code] is Frequency.DAILY
    assert ESSENTIAL.code not in found


@pytest.mark.parametrize("code", ["test.unknown", ESSENTIAL.code])
def test_what_cannot_be_chosen_is_refused_whole(app: Flask, code: str) -> None:
    who = Actor(user_id=uuid4(), org_id=None)
    with pytest.raises(Invalid):
        service.set_preferences(who, choices={ORDINARY.code: Frequency.NONE, code: Frequency.NONE})
    assert queries.preferences(session(), who)[ORDINARY.code] is Frequency.IMMEDIATE


def test_who_is_nobody_has_no_preferences(app: Flask) -> None:
    with pytest.raises(Forbidden):
        service.set_preferences(SYSTEM, choices={ORDINARY.code: Frequency.NONE})


def test_the_same_event_told_twice_is_told_once(app: Flask) -> None:
    first, late = make_recipient(email="Premier@organisation.example"), make_recipient()
    assert tell(first, dedup_key="event:1") == 1
    again = make_recipient(email="premier@Organisation.example")
    assert tell(again, late, late, dedup_key="event:1") == 1
    assert mailed_to() == ["premier@organisation.example", late.email]


def test_a_mailbox_without_a_person_gets_the_mail_of_the_default(app: Flask) -> None:
    mailbox = make_recipient(user_id=None, org_id=uuid4())
    tell(mailbox)
    assert mailed_to() == [mailbox.email]


def test_many_recipients_are_few_jobs_that_hold_ids_only(app: Flask) -> None:
    crowd = [make_recipient(name=f"Madame Canari {n}") for n in range(450)]
    assert tell(*crowd) == 450
    payloads = session().scalars(select(OutboxJob.payload_ref)).all()
    assert sorted(len(payload["mails"]) for payload in payloads) == [50, 200, 200]
    assert "@" not in str(payloads)
    assert "Canari" not in str(payloads)
    assert sorted(mailed_to()) == sorted(reader.email for reader in crowd)


def test_an_unregistered_kind_is_a_programming_error(app: Flask) -> None:
    with pytest.raises(KeyError), transaction() as tx:
        service.post(tx, notice=Notice("test.nobody_wrote_it", "/"), recipients=[make_recipient()], dedup_key="k")
