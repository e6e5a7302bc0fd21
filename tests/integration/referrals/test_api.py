"""The handoff through the JSON API, as two organisations with a token each."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from factories.accounts import bearer
from factories.referrals import ASKED, LAST_NAME, NEED, SECRETS, Town, make_town
from maillage.kernel import clock

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
def town(app: Flask) -> Town:
    return make_town()


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
