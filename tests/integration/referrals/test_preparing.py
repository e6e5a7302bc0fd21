"""What a service asks for before a referral: shown when sending, answered sealed, missing or refused."""

import html
import re
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from factories.accounts import sign_in
from factories.directory import make_service
from factories.referrals import FIRST_NAME, Town, consent, do, make_referral, make_situation, stored, terms
from maillage.directory.asking import Asked, asked_in
from maillage.directory.models import Service
from maillage.kernel import clock
from maillage.kernel.db import db, session
from maillage.kernel.errors import Invalid
from maillage.referrals import queries, service
from maillage.referrals.codes import Side
from maillage.referrals.content import Details, Plan, StepInput
from maillage.referrals.states import Event, State

DOCTOR, MUTUAL, CARD = "A-t-elle un médecin ?", "Quelle mutuelle ?", "Carte Vitale"
SAID = "CANARI-MEDECIN oui, en ville"


@pytest.fixture
def asking(town: Town) -> Service:
    """It cannot do without an answer to its first question."""
    return make_service(town.association.org, questions=f"{DOCTOR} *\n\n{MUTUAL}\n{MUTUAL}", documents_needed=CARD)


def refer(town: Town, asking: Service, given: dict[str, str] | None, **more: Any) -> UUID:
    standings = service.refer(
        town.landlord.actor,
        situation_id=make_situation(town.landlord.actor),
        service_ids=[asking.id],
        terms=terms(),
        answers={asking.id: given} if given is not None else None,
        **more,
    )
    return standings[0].id


def test_lines_are_read_once_and_their_mark_is_no_word() -> None:
    assert asked_in(f"{DOCTOR} *\n\n {MUTUAL}\n{MUTUAL}\n*") == [Asked(DOCTOR, required=True), Asked(MUTUAL)]


def test_answers_travel_and_what_is_missing_is_said(town: Town, asking: Service, client: FlaskClient) -> None:
    referral_id = refer(town, asking, {DOCTOR: SAID})
    page = html.unescape(sign_in(client, town.association.user).get(f"/orientations/{referral_id}").text)
    assert SAID in page and MUTUAL in page
    assert page.count("Sera demandé") == 2
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            assert not [row for row in connection.execute(table.select()) if SAID in str(tuple(row))], table.name


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (None, DOCTOR),
        ({MUTUAL: "Aucune"}, DOCTOR),
        ({DOCTOR: "  "}, DOCTOR),
        ({DOCTOR: f"Oui, {FIRST_NAME} le voit"}, "nommer"),
        ({DOCTOR: "Oui", "Autre chose": "non"}, "Autre chose"),
        ({DOCTOR: "o" * 501}, "500"),
    ],
)
def test_what_cannot_go_is_refused_with_words(town: Town, asking: Service, given: Any, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        refer(town, asking, given)
    assert why in refused.value.fields["answers"]
    assert queries.my_work(session(), town.landlord.actor).waiting == ()


def test_a_service_that_asks_nothing_receives_as_before(town: Town) -> None:
    assert refer(town, town.service, None)
    with pytest.raises(Invalid):
        refer(town, town.service, {DOCTOR: "Oui"})


def test_the_last_step_asks_and_keeps_what_was_typed(town: Town, asking: Service, client: FlaskClient) -> None:
    me = town.landlord.actor
    situation_id = make_situation(me)
    plan = Plan.model_validate({"service_ids": (asking.id, town.other_service.id), "sharing_level": "standard"})
    kept = service.update_situation(me, situation_id=situation_id, given=StepInput(plan=plan))
    browser, address = sign_in(client, town.landlord.user), f"/orienter/{situation_id}/verifier"
    asked = html.unescape(browser.get(address).text)
    assert DOCTOR in asked and CARD in asked and "Ce qu’il leur faut" in asked
    given = {
        "version": str(kept.version),
        "basis": "concertation",
        "legal_text": "CCAPEX",
        f"asked-{asking.id}-1": "Mutuelle du bassin",
    }
    refused = browser.post(address, data=given)
    assert refused.status_code == 422
    assert "ne peut pas répondre sans" in html.unescape(refused.text) and "Mutuelle du bassin" in refused.text
    sent = browser.post(address, data=given | {f"asked-{asking.id}-0": SAID, f"asked-{asking.id}-2": "y"})
    assert sent.status_code == 303
    inbox = sign_in(client, town.association.user)
    [address] = set(re.findall(r'href="(/orientations/[0-9a-f-]+)"', inbox.get("/boite-partagee").text))
    page = html.unescape(inbox.get(address).text)
    assert SAID in page and "Disponible" in page and "Sera demandé" not in page


def test_a_draft_leaves_with_answers_or_not_at_all(town: Town, asking: Service, client: FlaskClient) -> None:
    me = town.landlord.actor
    referral_id = refer(town, asking, None, draft=True)
    with pytest.raises(Invalid) as refused:
        service.act(me, referral_id=referral_id, event=Event.SEND)
    assert DOCTOR in refused.value.fields["answers"]
    browser, address = sign_in(client, town.landlord.user), f"/orientations/{referral_id}/envoyer"
    page = html.unescape(browser.get(address).text)
    assert DOCTOR in page and MUTUAL in page and CARD in page
    today = clock.today().isoformat()
    given = {"version": "1", "informed_on": today, "given_on": today, f"asked-{asking.id}-1": "Mutuelle du bassin"}
    again = browser.post(address, data=given)
    assert again.status_code == 422 and "Mutuelle du bassin" in again.text
    assert browser.post(address, data=given | {f"asked-{asking.id}-0": SAID}).status_code == 303
    session().rollback()  # what the browser wrote meanwhile
    [sent] = queries.history(session(), me, referral_id)
    assert sent.words[f"asked:{DOCTOR}"] == SAID and SAID not in str(sent.facts)


def test_what_goes_elsewhere_answers_what_is_asked_there(town: Town, client: FlaskClient) -> None:
    me, there = town.landlord.actor, make_service(town.other_association.org, questions=f"{DOCTOR} *")
    referral_id = make_referral(town)
    onward = {"service_id": there.id, "consent": consent()}
    with pytest.raises(Invalid) as refused:
        service.act(me, referral_id=referral_id, event=Event.REDIRECT, details=Details.model_validate(onward))
    assert "answers" in refused.value.fields
    browser, address = sign_in(client, town.landlord.user), f"/orientations/{referral_id}/reorienter"
    today = clock.today().isoformat()
    version = str(stored(referral_id).version)
    given = {"service_id": str(there.id), "version": version, "informed_on": today, "given_on": today}
    asked = browser.post(address, data=given)
    assert asked.status_code == 422 and DOCTOR in html.unescape(asked.text)
    assert browser.post(address, data=given | {f"asked-{there.id}-0": SAID}).status_code == 303
    session().rollback()  # what the browser wrote meanwhile
    [child] = queries.inbox(session(), town.other_association.actor, box=Side.RECEIVER).rows
    [sent] = queries.history(session(), town.other_association.actor, child.id)
    assert sent.words == {f"asked:{DOCTOR}": SAID}


@pytest.mark.parametrize(("words", "why"), [("", DOCTOR), (f"Oui, {FIRST_NAME} le voit", "nommer")])
def test_a_relay_answers_too_and_names_nobody(town: Town, words: str, why: str) -> None:
    there = make_service(town.other_association.org, questions=f"{DOCTOR} *")
    referral_id = make_referral(town, State.ACCEPTED)
    with pytest.raises(Invalid) as refused:
        do(town, referral_id, Event.RELAY, service_id=there.id, answers={DOCTOR: words})
    assert why in refused.value.fields["answers"]
    assert do(town, referral_id, Event.RELAY, service_id=there.id, answers={DOCTOR: SAID}).state is State.RELAYED


def test_a_proposal_leaves_the_answers_to_who_sends(town: Town) -> None:
    there = make_service(town.other_association.org, questions=f"{DOCTOR} *")
    referral_id = make_referral(town, State.SEEN)
    onward = {"service_id": there.id}
    receiver = town.association.actor
    with pytest.raises(Invalid):
        answering = Details.model_validate(onward | {"answers": {DOCTOR: SAID}})
        service.act(receiver, referral_id=referral_id, event=Event.REDIRECT, details=answering)
    service.act(receiver, referral_id=referral_id, event=Event.REDIRECT, details=Details.model_validate(onward))
    [hop] = queries.referral_view(session(), town.landlord.actor, referral_id).chain
    sending = {"consent": consent()}
    with pytest.raises(Invalid):
        service.act(town.landlord.actor, referral_id=hop.id, event=Event.SEND, details=Details.model_validate(sending))
    told = Details.model_validate(sending | {"answers": {DOCTOR: SAID}})
    assert service.act(town.landlord.actor, referral_id=hop.id, event=Event.SEND, details=told).state is State.SENT
