"""Advice about somebody whom nobody names: asked, answered, and made an orientation of with the person's agreement."""

import html
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from factories.accounts import sign_in
from factories.referrals import (
    FIRST_NAME,
    LAST_NAME,
    NEED,
    PHONE,
    STREET,
    Town,
    make_situation,
    situation_input,
    stored,
)
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Forbidden, Invalid
from maillage.referrals import queries, sealing, service
from maillage.referrals.codes import Kind
from maillage.referrals.content import Details, Terms
from maillage.referrals.models import Referral
from maillage.referrals.states import Event, State

QUESTION = "Elle refuse toute visite : comment s’y prendre ?"
ADVICE = "Passez par le médecin, puis proposez une visite à deux."
IDENTITY = (FIRST_NAME, LAST_NAME, PHONE, STREET, NEED)


def ask(town: Town, **given: Any) -> UUID:
    situation_id = given.pop("situation_id", None) or make_situation(town.landlord.actor)
    values = {"service_ids": [town.service.id], "question": QUESTION} | given
    return service.ask_advice(town.landlord.actor, situation_id=situation_id, **values)[0].id


def act(town: Town, referral_id: UUID, event: Event, **details: Any) -> State:
    sends = event in (Event.ANSWER_INFO, Event.CANCEL)
    actor = (town.landlord if sends else town.association).actor
    given = Details.model_validate(details)
    return service.act(actor, referral_id=referral_id, event=event, details=given).state


def test_no_identity_is_sealed_nor_shown(town: Town, client: FlaskClient) -> None:
    referral_id = ask(town)
    row = stored(referral_id)
    assert (row.kind, row.basis, row.snapshot_sealed) == (Kind.ADVICE, "anonymous", None)
    receiver = sign_in(client, town.association.user)
    page = html.unescape(receiver.get(f"/orientations/{referral_id}").text)
    assert QUESTION in page and "Donner un conseil" in page and "Personne n’est nommé" in page
    assert not [secret for secret in IDENTITY if secret in page]
    assert "Accepter" not in page and "Découvrir l’identité" not in page
    key = sealing.referral_key(session(), referral_id)
    carried = f"{sealing.open_card(key, row)}{queries.history(session(), town.association.actor, referral_id)}"
    assert QUESTION in carried and not [secret for secret in IDENTITY if secret in carried]
    for side in (town.association, town.landlord):
        with pytest.raises(Forbidden):
            service.reveal(side.actor, referral_id=referral_id)


def test_the_advice_is_sealed_and_read_by_the_sender(town: Town) -> None:
    referral_id = ask(town)
    assert act(town, referral_id, Event.ADVISE, answer=ADVICE) is State.COMPLETED
    view = queries.referral_view(session(), town.landlord.actor, referral_id)
    assert view.timeline[-1].words == {"answer": ADVICE}
    assert not view.may_reveal and view.dates.answered_at is not None


@pytest.mark.parametrize(
    ("event", "details"),
    [
        (Event.ACCEPT, {"contact": "Samira", "estimate": "demain"}),
        (Event.WAITLIST, {"estimate": "demain", "review_on": "2999-01-01"}),
        (Event.START, {}),
        (Event.COMPLETE, {"outcome": "covered"}),
        (Event.WITHDRAW_CONSENT, {}),
    ],
)
def test_advice_has_no_support_to_accept(town: Town, event: Event, details: dict[str, Any]) -> None:
    referral_id = ask(town)
    with pytest.raises(Conflict):
        act(town, referral_id, event, **details)
    assert stored(referral_id).state == State.SENT


@pytest.mark.parametrize(
    ("event", "details", "state"),
    [
        (Event.ASK_INFO, {"question": "Vit-elle seule ?"}, State.INFO_REQUESTED),
        (Event.DECLINE, {"reason": "out_of_mission"}, State.DECLINED),
        (Event.CANCEL, {"reason": "C’est réglé."}, State.CANCELLED),
    ],
)
def test_the_states_that_make_sense(town: Town, event: Event, details: dict[str, Any], state: State) -> None:
    assert act(town, ask(town), event, **details) is state


def test_an_orientation_is_no_question(town: Town) -> None:
    terms = Terms.model_validate({"sharing_level": "full", "basis": "anonymous"})
    with pytest.raises(Invalid) as refused:
        service.refer(
            town.landlord.actor,
            situation_id=make_situation(town.landlord.actor),
            service_ids=[town.service.id],
            terms=terms,
        )
    assert "basis" in refused.value.fields


@pytest.mark.parametrize(
    "question",
    [
        f"{LAST_NAME} refuse toute visite",
        "Mme Durand refuse toute visite",
        "Elle répond au 06 12 34 56 78",
        "Écrire à dame@exemple.fr",
        "Son numéro : 2 69 05 49 588 157 80",
        "Elle sort de prison",
        "  ",
        "x" * 4001,
    ],
)
def test_a_question_that_names_somebody_does_not_leave(town: Town, question: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(town, question=question)
    assert "question" in refused.value.fields
    assert session().scalar(select(Referral)) is None


def test_nobody_is_named_later_either(town: Town) -> None:
    referral_id = ask(town)
    act(town, referral_id, Event.ASK_INFO, question="Vit-elle seule ?")
    with pytest.raises(Invalid) as refused:
        act(town, referral_id, Event.ANSWER_INFO, answer=f"Oui, {FIRST_NAME} vit seule.")
    assert "answer" in refused.value.fields
    with pytest.raises(Invalid):
        service.write(town.landlord.actor, referral_id=referral_id, text=f"Rappelez-la au {PHONE}")
    assert act(town, referral_id, Event.ANSWER_INFO, answer="Oui.") is State.SEEN


def test_advice_needs_nobody_to_be_known(town: Town) -> None:
    given = situation_input().model_dump(mode="json", exclude={"person", "safe_contact", "need", "opposed"})
    kept = service.create_situation(town.landlord.actor, given=type(situation_input()).model_validate(given))
    referral_id = ask(town, situation_id=kept.id)
    assert stored(referral_id).state == State.SENT
    assert kept.id in {draft.id for draft in queries.drafts(session(), town.landlord.actor)}


def test_from_the_pages_to_an_orientation_in_one_gesture(town: Town, client: FlaskClient) -> None:
    situation_id = make_situation(town.landlord.actor)
    sender = sign_in(client, town.landlord.user)
    assert f"/orienter/{situation_id}/conseil" in sender.get(f"/orienter/{situation_id}/partenaires").text
    path = f"/orienter/{situation_id}/conseil"
    page = sender.get(path)
    assert page.status_code == 200 and LAST_NAME not in page.text
    asking = {"service_id": str(town.service.id), "question": f"{LAST_NAME} refuse tout", "version": "1"}
    refused = sender.post(path, data=asking)
    assert refused.status_code == 422 and "retirez le nom" in refused.text
    asked = sender.post(path, data=asking | {"question": QUESTION})
    again = sender.post(path, data=asking | {"question": QUESTION})
    assert asked.status_code == again.status_code == 303 and asked.location == again.location
    referral_id = UUID(asked.location.rsplit("/", 1)[1])
    act(town, referral_id, Event.ADVISE, answer=ADVICE)
    page_text = html.unescape(sender.get(asked.location).text)
    assert ADVICE in page_text and "En faire une orientation" in page_text
    made = sender.post(f"/orientations/{referral_id}/en-faire-une-orientation")
    assert made.location.endswith(f"/orienter/{situation_id}")
    view = queries.situation_view(session(), town.landlord.actor, situation_id)
    assert view.content.plan.service_ids == (town.service.id,)


def test_starting_page_leads_to_advice(town: Town, client: FlaskClient) -> None:
    sender = sign_in(client, town.landlord.user)
    assert "sans nommer personne" in sender.get("/orienter").text
    given = situation_input()
    typed = {
        "route": "maintien", "themes": "elderly-isolation", "commune": "Béthune", "age_band": "75_plus",
        "household": "alone", "asked": given.asked, "need": NEED, "urgency": "normal", "advice": "1",
    }  # fmt: skip
    assert sender.post("/orienter", data=typed).location.endswith("/conseil")
