"""Writing to the person: reviewed word for word, as they accept it and at that moment, or nothing leaves."""

import html
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from factories.notifications import kept_mails
from factories.pages import Visitor, readable
from factories.referrals import NEED, Town, do, make_situation, situation_input, stored, terms
from maillage.accounts import service as accounts
from maillage.kernel import clock, jobs, lifecycle
from maillage.kernel.actor import Actor
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.kernel.outbox import OutboxJob
from maillage.notifications.texter import FolderTexter
from maillage.referrals import service
from maillage.referrals.reaching import rules
from maillage.referrals.reaching import service as reaching
from maillage.referrals.reaching.models import PersonMessage
from maillage.referrals.reaching.rules import Result, Said
from maillage.referrals.rights import service as rights
from maillage.referrals.states import Event, State

pytestmark = pytest.mark.security

PERSON = {"first_name": "Odile", "last_name": "Canari", "phone": "06 39 98 11 22", "email": "odile@boite.example"}
SAFE = {"channels": ["sms"], "hours": "de 13 h 30 à 15 h", "words": "Signer « Julie, de la crèche »"}
NUMBER, SIGNED = "+33639981122", "Julie, de la crèche"
TEXT = f"Bonjour. Pouvez-vous me rappeler au 03 21 00 00 00 ?\n{SIGNED}"
SMS = {"channel": "sms", "phrase": "call", "number": "03 21 00 00 00", "signature": "Samira"}


@pytest.fixture
def texts(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[dict[str, str]]]:
    """What left by text message."""
    monkeypatch.setitem(app.extensions, "maillage_texter", FolderTexter(tmp_path))
    return lambda: [json.loads(path.read_text()) for path in sorted(tmp_path.glob("*.json"))]


def handed(town: Town, state: State = State.ACCEPTED, **safe: Any) -> UUID:
    """A person who said how they may be reached, accepted by the association."""
    situation_id = make_situation(town.landlord.actor, person=PERSON, safe_contact=SAFE | safe)
    (sent,) = service.refer(
        town.landlord.actor, situation_id=situation_id, service_ids=[town.service.id], terms=terms()
    )
    if state is not State.SENT:
        do(town, sent.id, Event.ACCEPT)
    return sent.id


def sent_by(actor: Actor, referral_id: UUID, **given: Any) -> UUID:
    said = Said.model_validate(SMS | given)
    reviewed = reaching.prepare(actor, referral_id=referral_id, said=said).text
    return reaching.send(actor, referral_id=referral_id, said=said, reviewed=reviewed)


def result_of(message_id: UUID) -> str:
    session().rollback()
    return session().scalars(select(PersonMessage.result).where(PersonMessage.id == message_id)).one()


def test_somebody_reviews_the_message_and_sees_what_becomes_of_it(app: Flask, town: Town, texts: Any) -> None:
    referral_id = handed(town)
    page = f"/orientations/{referral_id}/ecrire-a-la-personne"
    visitor = Visitor(app, town.association)
    assert page in visitor.get(f"/orientations/{referral_id}")
    form = visitor.get(page)
    assert SAFE["hours"] not in html.unescape(form) and SIGNED not in form, "looking opens nothing"
    refused = visitor.refused(page, **(SMS | {"number": "", "signature": "Gardé"}))
    assert "Indiquez le numéro à rappeler" in refused and "Gardé" in refused
    seen = html.unescape(visitor.post(page, status=200, **SMS).text)
    assert SAFE["hours"] in seen and SIGNED in readable(seen) and "Samira" not in readable(seen)
    assert texts() == [], "nothing leaves before it was read"
    visitor.go(page, **SMS, reviewed=TEXT.replace("\n", "\r\n"))
    assert "Part dans l’instant" in visitor.get(page)
    jobs.drain()
    [told] = texts()
    assert (told["to"], told["text"]) == (NUMBER, TEXT)
    assert "Parti" in visitor.get(page)
    did = set(session().scalars(select(AuditEntry.action).where(AuditEntry.subject_id == referral_id)))
    assert did >= {"referral.reveal", "referral.write_to_person", "referral.person_message_ended"}


def test_by_mail_it_says_what_was_reviewed_and_nothing_else(town: Town) -> None:
    referral_id = handed(town, channels=["email"], words="")
    message_id = sent_by(town.association.actor, referral_id, channel="email", phrase="missed")
    jobs.drain()
    mail = next(mail for mail in kept_mails() if mail.recipient == PERSON["email"])
    assert (mail.subject, mail.text.strip(), mail.html) == (
        "Bonjour",
        "Bonjour. Je n’ai pas réussi à vous joindre. Je réessaierai.\nSamira",
        "",
    )
    assert "Maillage" not in mail.headers["From"]
    assert result_of(message_id) == Result.SENT


def test_neither_the_address_nor_the_words_are_in_the_queue_or_in_a_row(
    town: Town, texts: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    message_id = sent_by(town.association.actor, handed(town))
    row = session().get_one(PersonMessage, message_id)
    queued = session().scalars(select(OutboxJob).where(OutboxJob.kind == reaching.JOB)).one()
    assert queued.payload_ref == {"message_id": str(message_id)}
    audit = session().scalars(select(AuditEntry)).all()
    told = [str(vars(queued)), str([vars(entry) for entry in audit]), str(row.sealed)]
    jobs.drain()
    shown = capsys.readouterr()
    told += [shown.out, shown.err]
    for secret in (*PERSON.values(), NUMBER, SIGNED, "03 21 00 00 00", NEED):
        assert not [one for one in told if secret in one], secret
    assert len(texts()) == 1


def test_who_may_not_and_what_may_not(town: Town) -> None:
    said, me = Said.model_validate(SMS), town.association.actor
    early, never, by_phone = handed(town, State.SENT), handed(town, allowed=False), handed(town, channels=["phone"])
    referral_id = handed(town)
    for act in (reaching.prepare, lambda *a, **k: reaching.send(*a, **k, reviewed=TEXT)):
        with pytest.raises(Conflict):
            act(me, referral_id=early, said=said)
        with pytest.raises(Forbidden):
            act(me, referral_id=never, said=said)
        with pytest.raises(Invalid) as refused:
            act(me, referral_id=by_phone, said=said)
        assert refused.value.fields == {"channel": rules.NOT_THIS_WAY}
        with pytest.raises(NotFound):
            act(town.stranger.actor, referral_id=referral_id, said=said)
    with pytest.raises(Conflict):
        reaching.send(me, referral_id=referral_id, said=said, reviewed=TEXT.replace("rappeler", "payer"))
    open_words = handed(town, words="")
    with pytest.raises(Invalid) as telling:
        sent_by(me, open_words, signature=f"Samira, {town.association.org.name}")
    assert "organisation" in telling.value.fields["signature"]
    session().rollback()
    assert session().scalars(select(PersonMessage)).all() == []


def test_the_person_gets_a_copy_of_what_was_written_to_them(town: Town, texts: Any) -> None:
    referral_id = handed(town)
    sent_by(town.association.actor, referral_id)
    jobs.drain()
    told = lifecycle.export(session(), "situation", stored(referral_id).situation_id)["referrals"]
    assert [(one["text"], one["result"]) for one in told[0]["written_to_person"]] == [(TEXT, Result.SENT)]


def leaves(town: Town, referral_id: UUID) -> None:
    chief = town.association.colleague("org_admin")
    town.association.colleague("intake")
    accounts.end_membership(chief, user_id=town.association.user.id)


def never_any_more(town: Town, referral_id: UUID) -> None:
    situation_id = stored(referral_id).situation_id
    given = situation_input(safe_contact={"allowed": False})
    service.update_situation(town.landlord.actor, situation_id=situation_id, given=given)
    rights.rectify(town.landlord.actor, situation_id=situation_id)


BETWEEN: dict[str, tuple[Callable[[Town, UUID], object], str | None]] = {
    "the person withdraws": (lambda town, one: do(town, one, Event.WITHDRAW_CONSENT), Result.STOPPED),
    "it ends": (lambda town, one: do(town, one, Event.COMPLETE), Result.STOPPED),
    "who wrote it steps aside": (
        lambda town, one: service.step_aside(town.association.actor, referral_id=one, reason="Voisin"),
        Result.STOPPED,
    ),
    "never, from now on": (never_any_more, Result.STOPPED),
    "it is erased": (
        lambda town, one: rights.erase(town.landlord.actor, situation_id=stored(one).situation_id),
        None,
    ),
    "who wrote it leaves": (leaves, Result.STOPPED),  # the last one: nobody is left to write another
}


def test_what_changes_between_reviewing_and_sending_stops_it(town: Town, texts: Any) -> None:
    for name, (change, result) in BETWEEN.items():
        referral_id = handed(town)
        message_id = sent_by(town.association.actor, referral_id)
        with clock.at(clock.now() + timedelta(seconds=1)):
            change(town, referral_id)
            jobs.drain()
        session().rollback()
        found = session().scalars(select(PersonMessage.result).where(PersonMessage.id == message_id)).all()
        assert found == ([result] if result else []), name
    assert texts() == []


def test_a_moment_that_passed_is_no_moment(app: Flask, town: Town, texts: Any) -> None:
    message_id = sent_by(town.association.actor, handed(town))
    with clock.at(clock.now() + rules.GOOD_FOR + timedelta(seconds=1)):
        jobs.drain()
        assert (result_of(message_id), texts()) == (Result.LATE, [])


def test_a_number_that_takes_none_is_shown_and_none_is_tried_twice(app: Flask, town: Town, texts: Any) -> None:
    referral_id = handed(town)
    app.extensions["maillage_texter"] = None
    message_id = sent_by(town.association.actor, referral_id)
    jobs.drain()
    assert result_of(message_id) == Result.REFUSED
    page = Visitor(app, town.association).get(f"/orientations/{referral_id}/ecrire-a-la-personne")
    assert "Refusé" in page and "SMS" not in page.partition("</form>")[0], "and nobody is offered what is off"
