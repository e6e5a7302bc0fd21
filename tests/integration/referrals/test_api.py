"""The handoff through the JSON API, as two organisations with a token each."""

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from factories.accounts import bearer
from factories.referrals import ASKED, LAST_NAME, NEED, SECRETS, Town, make_referral, stored
from maillage.kernel import clock
from maillage.referrals.states import State

API = "/api/v1"


class Caller:
    """Somebody with a token."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    def get(self, path: str) -> TestResponse:
        return self.client.get(API + path, headers=self.headers)

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.client.post(API + path, json=body, headers=self.headers | headers)

    def act(self, referral_id: str, event: str, **details: Any) -> TestResponse:
        return self.post(f"/referrals/{referral_id}/events", {"event": event} | details)


@pytest.fixture
def landlord(client: FlaskClient, town: Town) -> Caller:
    return Caller(client, bearer(town.landlord.user, town.landlord.org))


@pytest.fixture
def association(client: FlaskClient, town: Town) -> Caller:
    return Caller(client, bearer(town.association.user, town.association.org))


@pytest.fixture
def stranger(client: FlaskClient, town: Town) -> Caller:
    return Caller(client, bearer(town.stranger.user, town.stranger.org))


def situation(**overrides: Any) -> dict[str, Any]:
    return {
        "route": "maintien",
        "commune": "Béthune",
        "age_band": "75_plus",
        "household": "alone",
        "themes": ["elderly-isolation"],
        "asked": ASKED,
        "need": NEED,
        "person": {
            "first_name": "Odile",
            "last_name": LAST_NAME,
            "birth_date": "1944-02-01",
            "phone": "06 39 98 11 22",
        },
        "safe_contact": {"allowed": True, "channels": ["phone"], "hours": "le matin", "words": "Le bailleur."},
    } | overrides


def handoff(situation_id: str, *service_ids: object, **overrides: Any) -> dict[str, Any]:
    today = clock.today().isoformat()
    return {
        "situation_id": situation_id,
        "service_ids": [str(found) for found in service_ids],
        "mode": "each_may_act",
        "sharing_level": "standard",
        "urgency": "urgent",
        "basis": "consent",
        "consent": {"informed_on": today, "given_on": today, "language": "fr"},
        "draft": False,
    } | overrides


def test_a_situation_travels_from_need_to_outcome(landlord: Caller, association: Caller, town: Town) -> None:
    created = landlord.post("/situations", situation())
    assert created.status_code == 201
    assert created.json["status"] == "ready"
    sent = landlord.post("/referrals", handoff(created.json["id"], town.service.id))
    assert sent.status_code == 201
    (referral,) = sent.json["referrals"]
    assert referral["state"] == "sent"
    path = f"/referrals/{referral['id']}"

    arrived = association.get("/referrals?box=received&state=sent").json["referrals"]
    assert [line["reference"] for line in arrived] == [created.json["reference"]]
    assert arrived[0]["card"]["commune_code"] == "62119"

    before = association.get(path)
    assert before.json["state"] == "seen"
    assert before.json["card"]["asked"] == ASKED
    assert before.json["identity"] is None
    assert not any(secret in before.text for secret in SECRETS if secret != ASKED)

    assert association.act(referral["id"], "ask_info", question="Depuis quand ?").json["state"] == "info_requested"
    assert landlord.act(referral["id"], "answer_info", answer="Novembre.").json["state"] == "seen"
    accepted = association.act(referral["id"], "accept", contact="Samira", date=clock.today().isoformat())
    assert accepted.json["state"] == "accepted"

    opened = association.get(path).json
    assert opened["identity"]["person"]["last_name"] == LAST_NAME
    assert opened["identity"]["need"] == NEED
    assert opened["contact"] == "Samira"
    said = association.post(f"{path}/messages", {"text": "Nous passons mardi."})
    assert said.status_code == 201
    assert [line["text"] for line in landlord.get(f"{path}/messages").json["messages"]] == ["Nous passons mardi."]

    assert association.act(referral["id"], "start").json["state"] == "in_progress"
    assert association.act(referral["id"], "complete", outcome="covered", note="Va mieux.").json["state"] == "completed"
    told = landlord.get(f"{path}/history").json["events"]
    assert [step["event"] for step in told] == [
        "send", "seen", "ask_info", "answer_info", "accept", "start", "complete",
    ]  # fmt: skip
    assert told[-1]["facts"] == {"outcome": "covered"}
    assert told[-1]["words"] == {"note": "Va mieux."}
    assert landlord.get(path).json["outcome"] == "covered"


def test_a_draft_waits_until_it_is_sent(landlord: Caller, association: Caller, town: Town) -> None:
    situation_id = landlord.post("/situations", situation()).json["id"]
    body = handoff(situation_id, town.service.id, town.other_service.id, draft=True, mode="first_accepts")
    prepared = landlord.post("/referrals", body).json["referrals"]
    assert [line["state"] for line in prepared] == ["draft", "draft"]
    assert association.get("/referrals").json["referrals"] == []
    assert landlord.act(prepared[0]["id"], "send").json["state"] == "sent"
    assert [line["state"] for line in association.get("/referrals").json["referrals"]] == ["sent"]
    assert landlord.act(prepared[0]["id"], "send").status_code == 409


def test_a_retry_happens_once_and_another_body_is_refused(landlord: Caller, town: Town) -> None:
    key = {"Idempotency-Key": "a8098c1a"}
    first = landlord.post("/situations", situation(), **key)
    assert landlord.post("/situations", situation(), **key).json == first.json
    assert landlord.post("/situations", situation(household="couple"), **key).status_code == 409
    body = handoff(first.json["id"], town.service.id)
    sent = [landlord.post("/referrals", body, **{"Idempotency-Key": "other"}).json for _ in range(3)]
    assert sent[0] == sent[1] == sent[2]
    assert len(landlord.get("/referrals?box=sent").json["referrals"]) == 1


def test_a_retried_event_is_no_illegal_one(landlord: Caller, association: Caller, town: Town) -> None:
    referral_id = str(make_referral(town))
    path, body = f"/referrals/{referral_id}/events", {"event": "decline", "reason": "no_capacity"}
    answers = [association.post(path, body, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    assert association.post(path, body).status_code == 409


def test_foreign_and_unknown_look_the_same(stranger: Caller, town: Town) -> None:
    foreign, unknown = make_referral(town, State.ACCEPTED), uuid4()
    for tail in ("", "/history", "/messages"):
        answers = [stranger.get(f"/referrals/{found}{tail}") for found in (foreign, unknown)]
        assert {answer.status_code for answer in answers} == {404}
        assert answers[0].data == answers[1].data
    for event in ("accept", "cancel", "redirect"):
        answers = [stranger.act(str(found), event) for found in (foreign, unknown)]
        assert {answer.status_code for answer in answers} == {404}
        assert answers[0].data == answers[1].data
    answers = [stranger.post(f"/referrals/{found}/messages", {"text": "?"}) for found in (foreign, unknown)]
    assert {(answer.status_code, answer.data) for answer in answers} == {(404, answers[0].data)}
    situation_id = stored(foreign).situation_id
    answers = [stranger.post("/referrals", handoff(str(found), town.service.id)) for found in (situation_id, unknown)]
    assert {(answer.status_code, answer.data) for answer in answers} == {(404, answers[0].data)}
    assert stranger.get("/referrals/not-an-id").status_code == 404


def test_bad_input_is_answered_field_by_field(landlord: Caller, association: Caller, town: Town) -> None:
    wrong = landlord.post("/situations", situation(route="dehors", themes=["astrology"], colour="blue"))
    assert wrong.status_code == 422
    assert set(wrong.json["errors"]) == {"route", "colour"}
    assert LAST_NAME not in wrong.text
    situation_id = landlord.post("/situations", situation()).json["id"]
    late = landlord.post("/referrals", handoff(situation_id, town.service.id, deadline="2020-01-01"))
    assert late.json["errors"] == {"deadline": "Choisissez une date à venir."}
    referral_id = str(make_referral(town))
    assert association.act(referral_id, "accept").json["errors"].keys() == {"contact", "date"}
    assert association.act(referral_id, "dance").status_code == 422
    assert association.act(referral_id, "accept", version="x").status_code == 422
    for query in ("box=others", "state=dancing", "limit=0", "limit=1000"):
        assert association.get(f"/referrals?{query}").status_code == 422


def test_lists_are_filtered_and_paged(association: Caller, town: Town) -> None:
    for state in (State.SENT, State.SEEN, State.SEEN, State.DECLINED):
        make_referral(town, state)
    found = association.get("/referrals?state=sent,seen").json["referrals"]
    assert sorted(line["state"] for line in found) == ["seen", "seen", "sent"]
    assert len(association.get("/referrals?state=sent&state=declined").json["referrals"]) == 2
    first = association.get("/referrals?limit=3").json
    rest = association.get(f"/referrals?limit=3&cursor={first['next']}").json
    assert (len(first["referrals"]), len(rest["referrals"]), rest["next"]) == (3, 1, None)


def test_a_token_opens_no_more_than_its_scopes(client: FlaskClient, town: Town) -> None:
    referral_id = make_referral(town)
    reader = Caller(client, bearer(town.association.user, town.association.org, "referral.read_organization"))
    assert reader.get(f"/referrals/{referral_id}").json["choices"] == []
    assert reader.act(str(referral_id), "accept").status_code == 403
    assert reader.post("/situations", situation()).status_code == 403
    nobody = Caller(client, {})
    assert nobody.get(f"/referrals/{referral_id}").status_code == 401


def test_every_list_of_codes_is_described_in_french(client: FlaskClient) -> None:
    schemas = client.get("/api/openapi.json").json["components"]["schemas"]
    for name, code, label in [
        ("State", "info_requested", "Précision demandée"),
        ("Event", "complete", "Clore avec un bilan"),
        ("DeclineReason", "no_capacity", "Plus de place actuellement"),
        ("Outcome", "covered", "Besoin couvert"),
        ("AgeBand", "75_plus", "75 ans et plus"),
    ]:
        assert schemas[name]["x-labels"]["fr"][code] == label
    assert {"SituationInput", "ReferralsIn", "EventIn", "ReferralOut", "LinesOut"} <= set(schemas)


def test_a_referral_that_goes_on(landlord: Caller, association: Caller, town: Town) -> None:
    today = clock.today().isoformat()
    further = {"service_id": str(town.other_service.id), "consent": {"informed_on": today, "given_on": today}}
    accepted = str(make_referral(town, State.ACCEPTED))
    refused = association.act(accepted, "relay", service_id=further["service_id"])
    assert refused.json["errors"].keys() == {"consent.informed_on", "consent.given_on"}
    assert association.act(accepted, "relay", **further).json["state"] == "relayed"
    (hop,) = landlord.get(f"/referrals/{accepted}").json["chain"]
    assert (hop["state"], hop["relayed"], hop["outcome"]) == ("sent", True, None)
    assert landlord.act(accepted, "withdraw_consent").json["state"] == "cancelled"

    sent = str(make_referral(town))
    assert landlord.act(sent, "redirect", **further).json["state"] == "redirected"
    (hop,) = landlord.get(f"/referrals/{sent}").json["chain"]
    assert landlord.get(f"/referrals/{hop['id']}").json["came_from"] == sent
    assert association.get(f"/referrals/{sent}").json["chain"] == []
