"""What a person may ask, from the page of the situation: a copy, a correction, everything erased, a proof of it."""

import json
import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from factories.accounts import make_user, sign_in
from factories.referrals import (
    FIRST_NAME,
    LAST_NAME,
    NEED,
    PHONE,
    SECRETS,
    Town,
    do,
    make_situation,
    make_town,
    send,
    stored,
)  # fmt: skip
from maillage.kernel import audit, clock, jobs
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Conflict
from maillage.notifications.models import Notification
from maillage.referrals import service
from maillage.referrals.content import Details, Person, SituationInput
from maillage.referrals.models import Referral
from maillage.referrals.rights import service as rights
from maillage.referrals.rights.codes import BY_THEME, DRAFT, LONGEST, OUTREACH_DAYS, USUAL
from maillage.referrals.rights.models import SubjectRequest
from maillage.referrals.states import Event

ROOT = Path(__file__).parents[3]
MESSAGE = "Elle a ouvert sa porte."


@pytest.fixture
def town(ledger: Path) -> Town:
    return make_town()


@pytest.fixture
def referral_id(town: Town) -> UUID:
    """Accepted, the identity read once, a message written."""
    (made,) = send(town)
    do(town, made.id, Event.ACCEPT)
    service.reveal(town.association.actor, referral_id=made.id)
    service.write(town.association.actor, referral_id=made.id, text=MESSAGE)
    jobs.drain()
    return made.id


@pytest.fixture
def situation_id(referral_id: UUID) -> UUID:
    return stored(referral_id).situation_id


@pytest.fixture
def browser(client: FlaskClient, town: Town) -> FlaskClient:
    return sign_in(client, town.landlord.user)


def correct(town: Town, situation_id: UUID, **person: str) -> None:
    given = SituationInput(person=Person(first_name=FIRST_NAME, last_name="Vandermeersch", **person))
    service.update_situation(town.landlord.actor, situation_id=situation_id, given=given)


def requests() -> list[SubjectRequest]:
    session().rollback()
    return list(session().scalars(select(SubjectRequest)))


def test_the_situation_leads_there(browser: FlaskClient, situation_id: UUID) -> None:
    path = f"/situations/{situation_id}/droits"
    assert path in browser.get(f"/situations/{situation_id}").text
    page = browser.get(path)
    assert page.status_code == 200
    assert not [word for word in SECRETS if word in page.text]


def test_the_file_holds_all_that_is_known_and_who_read_it(browser: FlaskClient, town: Town, situation_id: UUID) -> None:
    answer = browser.post(f"/situations/{situation_id}/droits/copie", data={"format": "json"})
    assert answer.mimetype == "application/json"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert LAST_NAME not in answer.headers["Content-Disposition"]
    told = json.loads(answer.text)
    assert told["situation"]["person"]["last_name"] == LAST_NAME
    assert told["situation"]["need"] == NEED
    (referral,) = told["referrals"]
    assert referral["identity"]["person"]["phone"] == PHONE
    assert [message["text"] for message in referral["messages"]] == [MESSAGE]
    assert [look["by"] for look in referral["read_by"]] == [town.association.org.name]
    assert town.association.user.name not in answer.text, "workers are not whom it is about"


def test_the_page_says_the_same_to_be_printed(browser: FlaskClient, town: Town, situation_id: UUID) -> None:
    page = browser.post(f"/situations/{situation_id}/droits/copie", data={"format": "page"}).text
    assert not [word for word in (*SECRETS[:2], NEED, MESSAGE, town.association.org.name) if word not in page]
    assert LAST_NAME not in re.search(r"<title>(.*?)</title>", page, re.S)[1]


def test_a_copy_is_audited_and_has_a_receipt(browser: FlaskClient, town: Town, situation_id: UUID) -> None:
    browser.post(f"/situations/{situation_id}/droits/copie", data={"format": "json"})
    session().rollback()
    entry = session().scalars(select(audit.AuditEntry).where(audit.AuditEntry.action == "rights.access")).one()
    assert (entry.subject_id, entry.actor_id) == (situation_id, town.landlord.user.id)
    (request,) = requests()
    assert request.answered_at is not None
    assert "Une copie complète a été remise" in browser.get(f"/droits/{request.id}").text


def test_a_request_has_a_month_and_shows_when_it_is_late(browser: FlaskClient, town: Town, situation_id: UUID) -> None:
    told = {"right": "access", "received_on": (clock.today() - timedelta(days=10)).isoformat()}
    assert browser.post(f"/situations/{situation_id}/droits", data=told).status_code == 303
    assert "À répondre" in browser.get("/droits").text
    with transaction() as tx:
        tx.execute(update(SubjectRequest).values(due_on=clock.today() - timedelta(days=1)))
    assert "En retard" in browser.get("/droits").text
    browser.post(f"/situations/{situation_id}/droits/copie", data={"format": "json"})
    assert len(requests()) == 1, "the copy answered the request that was waiting"
    assert "Répondue" in browser.get("/droits").text


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"right": "", "received_on": ""}, "Choisissez ce que la personne demande."),
        ({"right": "oblivion", "received_on": ""}, "Choisissez l’une des réponses proposées."),
        ({"right": "access", "received_on": "hier"}, "Indiquez une date"),
        ({"right": "access", "received_on": "2999-01-01"}, "Indiquez le jour de la demande"),
        ({"right": "access", "received_on": "1999-01-01"}, "Indiquez le jour de la demande"),
    ],
)
def test_a_request_written_wrongly_is_refused_in_words(
    browser: FlaskClient, situation_id: UUID, told: dict[str, str], words: str
) -> None:
    answer = browser.post(f"/situations/{situation_id}/droits", data=told)
    assert answer.status_code == 422
    assert words in answer.text
    assert requests() == []


def test_a_correction_reaches_whoever_holds_the_card(
    browser: FlaskClient, town: Town, situation_id: UUID, referral_id: UUID
) -> None:
    correct(town, situation_id)
    assert service.reveal(town.association.actor, referral_id=referral_id).person.last_name == LAST_NAME
    assert browser.post(f"/situations/{situation_id}/droits/rectification").status_code == 303
    jobs.drain()
    assert service.reveal(town.association.actor, referral_id=referral_id).person.last_name == "Vandermeersch"
    told = session().scalars(select(Notification).where(Notification.kind == "rights.rectified")).all()
    assert {row.org_id for row in told} == {town.association.org.id}
    receiver = sign_in(browser.application.test_client(), town.association.user)
    assert "La fiche a été rectifiée" in receiver.get(f"/orientations/{referral_id}").text


def test_a_correction_goes_down_the_chain_and_no_further_than_was_shared(
    town: Town, situation_id: UUID, referral_id: UUID
) -> None:
    do(town, referral_id, Event.RELAY, sharing_level="minimal")
    child = session().scalars(select(Referral).where(Referral.parent_id == referral_id)).one()
    told = Details(contact="Paul", estimate="demain")
    service.act(town.other_association.actor, referral_id=child.id, event=Event.ACCEPT, details=told)
    correct(town, situation_id, phone="06 11 11 11 11")
    rights.rectify(town.landlord.actor, situation_id=situation_id)
    seen = service.reveal(town.other_association.actor, referral_id=child.id)
    assert (seen.person.first_name, seen.person.last_name, seen.person.phone) == (FIRST_NAME, "", "")


def test_a_correction_wakes_nothing_that_was_taken_back(town: Town, situation_id: UUID, referral_id: UUID) -> None:
    service.act(town.landlord.actor, referral_id=referral_id, event=Event.WITHDRAW_CONSENT)
    with pytest.raises(Conflict):
        rights.rectify(town.landlord.actor, situation_id=situation_id)
    assert stored(referral_id).snapshot_sealed is None


def test_nothing_to_rectify_is_said(browser: FlaskClient, town: Town) -> None:
    situation_id = make_situation(town.landlord.actor)
    answer = browser.post(f"/situations/{situation_id}/droits/rectification")
    assert answer.status_code == 409
    assert "Rien n’a été transmis" in answer.text


def test_erasing_asks_first_then_tells_what_stays(browser: FlaskClient, town: Town, situation_id: UUID) -> None:
    path = f"/situations/{situation_id}/droits/effacement"
    assert town.association.org.name in browser.get(path).text
    assert browser.post(path).status_code == 422
    assert browser.get(f"/situations/{situation_id}").status_code == 200
    answer = browser.post(path, data={"sure": "y"})
    assert answer.status_code == 303
    receipt = browser.get(answer.location).text
    assert "Ce qui reste, et pourquoi" in receipt
    assert town.association.org.name in receipt
    assert not [word for word in SECRETS if word in receipt]
    for gone in ("", "/droits", "/droits/effacement"):
        assert browser.get(f"/situations/{situation_id}{gone}").status_code == 404
    assert browser.get("/mes-orientations").status_code in (200, 404)


def test_another_organisation_s_request_is_an_unknown_one(app: Flask, town: Town, situation_id: UUID) -> None:
    sign_in(app.test_client(), town.landlord.user).post(f"/situations/{situation_id}/droits/copie")
    (request,) = requests()
    for side in (town.association, town.stranger):
        stranger = sign_in(app.test_client(), side.user)
        assert stranger.get(f"/droits/{request.id}").status_code == 404
        assert str(request.id) not in stranger.get("/droits").text
        assert stranger.get(f"/situations/{situation_id}/droits").status_code == 404
        assert stranger.post(f"/situations/{situation_id}/droits/copie").status_code == 404


def test_keeping_it_longer_says_until_when(browser: FlaskClient, situation_id: UUID) -> None:
    path = f"/situations/{situation_id}/droits/conservation"
    assert browser.post(path).status_code == 422
    assert browser.post(path, data={"reason": "litigation"}).status_code == 303
    assert "Une procédure en justice est en cours" in browser.get(f"/situations/{situation_id}/droits").text


def test_who_administers_does_not_read_situations(app: Flask, town: Town, situation_id: UUID) -> None:
    admin = sign_in(app.test_client(), make_user(town.landlord.org, ("org_admin",)))
    assert admin.get(f"/situations/{situation_id}/droits").status_code == 403


@pytest.mark.parametrize("where", ["page", "documentation"])
def test_the_durations_announced_are_those_of_the_code(client: FlaskClient, where: str) -> None:
    told = client.get("/vos-donnees").text if where == "page" else (ROOT / "docs/security.md").read_text("utf-8")
    months = "mois" if where == "page" else "months"
    for term in (USUAL, DRAFT, *BY_THEME.values()):
        assert f"{term.months} {months}" in " ".join(told.split())
    assert ("cinq ans" if where == "page" else f"{LONGEST.months} months") in " ".join(told.split())
    assert LONGEST.months == 60
    assert f"{OUTREACH_DAYS} {'jours' if where == 'page' else 'days'}" in " ".join(told.split())
