"""The handoff from outside: the scenario of the contract, a served process, two bearer tokens, and what leaked."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from harness import maillage, served

pytestmark = pytest.mark.xdist_group("outside")

Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Outside:
    """A running instance as a program elsewhere meets it."""

    url: str
    world: dict[str, Any]
    folder: Path

    def call(self, user: str | None, method: str, path: str, body: object = None, **headers: str) -> Answer:
        if user is not None:
            headers["Authorization"] = f"Bearer {self.users[user]['api_token']}"
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.url + path, data, {"Content-Type": "application/json"} | headers, method=method)
        try:
            with urlopen(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as refusal:
            return refusal.code, json.loads(refusal.read())

    def event(self, user: str, referral_id: str, event: str, **details: object) -> Answer:
        return self.call(user, "POST", f"/api/v1/referrals/{referral_id}/events", {"event": event, **details})

    @property
    def users(self) -> dict[str, dict[str, str]]:
        return {user["key"]: user for user in self.world["users"]}

    def service(self, key: str) -> str:
        return next(service["id"] for service in self.world["services"] if service["key"] == key)


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    folder = tmp_path_factory.mktemp("outside")
    world = json.loads(maillage(folder, "scenario", "three-orgs", "--json"))
    with served(folder) as url:
        yield Outside(url, world, folder)


def situation() -> dict[str, Any]:
    return {
        "route": "maintien",
        "commune": "Béthune",
        "age_band": "75_plus",
        "household": "alone",
        "themes": ["elderly-isolation"],
        "need": "Ne sort plus depuis la panne d’ascenseur.",
        "person": {"first_name": "Yolande", "last_name": "Brossolleau", "phone": "06 39 98 55 44"},
        "safe_contact": {"allowed": True, "channels": ["phone"], "hours": "le matin", "words": "Le bailleur"},
    }


def handoff(situation_id: str, *services: str) -> dict[str, Any]:
    today = date.today()  # noqa: DTZ011  the caller's own calendar
    return {
        "situation_id": situation_id,
        "service_ids": list(services),
        "mode": "each_may_act",
        "sharing_level": "standard",
        "urgency": "normal",
        "deadline": (today + timedelta(days=10)).isoformat(),
        "basis": "consent",
        "consent": {"informed_on": today.isoformat(), "given_on": today.isoformat(), "language": "fr"},
    }


def send(outside: Outside, *services: str) -> list[str]:
    status, kept = outside.call("A.referent", "POST", "/api/v1/situations", situation())
    assert status == 201, kept
    status, sent = outside.call("A.referent", "POST", "/api/v1/referrals", handoff(kept["id"], *services))
    assert status == 201, sent
    return [referral["id"] for referral in sent["referrals"]]


def test_a_situation_goes_to_two_services_and_both_answer(outside: Outside) -> None:
    first, second = send(outside, outside.service("B.listening"), outside.service("C.visits"))

    status, card = outside.call("B.intake", "GET", f"/api/v1/referrals/{first}")
    assert status == 200
    assert card["state"] == "seen"
    assert "Brossolleau" not in json.dumps(card)
    assert outside.event("B.intake", first, "decline", reason="out_of_area", note="Hors de notre secteur.")[0] == 200

    assert outside.call("C.intake", "GET", f"/api/v1/referrals/{second}")[1]["state"] == "seen"
    assert outside.event("C.intake", second, "ask_info", question="Y a-t-il un ascenseur ?")[0] == 200
    assert outside.event("A.referent", second, "answer_info", answer="Il est réparé.")[0] == 200
    appointment = (date.today() + timedelta(days=3)).isoformat()  # noqa: DTZ011
    assert outside.event("C.intake", second, "accept", contact="Maud", date=appointment)[0] == 200

    status, opened = outside.call("C.intake", "GET", f"/api/v1/referrals/{second}")
    assert opened["identity"]["person"]["last_name"] == "Brossolleau"
    assert outside.event("C.intake", second, "start")[0] == 200
    assert outside.event("C.intake", second, "complete", outcome="covered")[0] == 200

    status, history = outside.call("A.referent", "GET", f"/api/v1/referrals/{second}/history")
    assert [event["to_state"] for event in history["events"]] == [
        "sent", "seen", "info_requested", "seen", "accepted", "in_progress", "completed",
    ]  # fmt: skip


def test_an_impossible_step_is_a_conflict_and_changes_nothing(outside: Outside) -> None:
    (referral,) = send(outside, outside.service("C.visits"))
    status, problem = outside.event("C.intake", referral, "start")
    assert (status, problem["status"]) == (409, 409)
    assert outside.call("A.referent", "GET", f"/api/v1/referrals/{referral}")[1]["state"] == "sent"


def test_a_retry_with_the_same_key_acts_once(outside: Outside) -> None:
    _, kept = outside.call("A.referent", "POST", "/api/v1/situations", situation())
    asked = handoff(kept["id"], outside.service("C.visits"))
    first = outside.call("A.referent", "POST", "/api/v1/referrals", asked, **{"Idempotency-Key": "once"})
    again = outside.call("A.referent", "POST", "/api/v1/referrals", asked, **{"Idempotency-Key": "once"})
    other = outside.call(
        "A.referent", "POST", "/api/v1/referrals", asked | {"urgency": "urgent"}, **{"Idempotency-Key": "once"}
    )
    assert first == again
    assert other[0] == 409


@pytest.mark.parametrize("user", ["D.intake", "D.referent", "N.lead", "H.platform_admin", "C.volunteer", "A.colleague"])
def test_foreign_and_unknown_are_one(outside: Outside, user: str) -> None:
    (referral,) = send(outside, outside.service("C.visits"))
    unknown = referral[:-4] + "0000"
    for suffix in ("", "/history", "/messages"):
        foreign = outside.call(user, "GET", f"/api/v1/referrals/{referral}{suffix}")
        assert foreign[0] in {403, 404}
        assert foreign == outside.call(user, "GET", f"/api/v1/referrals/{unknown}{suffix}")


@pytest.mark.security
def test_canaries_reach_their_readers_only(outside: Outside) -> None:
    for key in outside.users:
        bodies = [
            json.dumps(outside.call(key, "GET", path)[1], ensure_ascii=False)
            for path in ("/api/v1/search?q=abri", "/api/v1/me")
        ]
        for box in ("sent", "received"):
            listed = outside.call(key, "GET", f"/api/v1/referrals?box={box}&limit=100")[1]
            for line in listed.get("referrals", []):
                for suffix in ("", "/history", "/messages"):
                    answer = outside.call(key, "GET", f"/api/v1/referrals/{line['id']}{suffix}")[1]
                    bodies.append(json.dumps(answer, ensure_ascii=False))
        for canary in outside.world["canaries"]:
            if key not in canary["readers"]:
                assert all(canary["text"] not in body for body in bodies), (key, canary["text"])


@pytest.mark.security
def test_canaries_are_in_no_file_of_the_instance(outside: Outside) -> None:
    send(outside, outside.service("B.listening"))
    held = b"".join(path.read_bytes() for path in outside.folder.rglob("*") if path.is_file())
    sealed = [canary["text"] for canary in outside.world["canaries"] if "impasse" not in canary["text"]]
    assert len(sealed) > 8
    assert [text for text in sealed if text.encode() in held] == []
    assert b"Brossolleau" not in held


def test_a_scenario_needs_an_empty_database(outside: Outside) -> None:
    import subprocess

    with pytest.raises(subprocess.CalledProcessError) as refused:
        maillage(outside.folder, "scenario", "three-orgs", "--json")
    assert refused.value.returncode == 1
    assert refused.value.stderr.count("\n") == 1


def test_the_description_holds_every_route_of_the_api(outside: Outside) -> None:
    status, document = outside.call(None, "GET", "/api/openapi.json")
    assert status == 200
    assert document["openapi"].startswith("3.1")
    for path in ("/api/v1/search", "/api/v1/situations", "/api/v1/referrals", "/api/v1/referrals/{id}/events"):
        assert path in document["paths"]
    assert document["components"]["schemas"]["State"]["x-labels"]["fr"]["accepted"] == "Acceptée"
