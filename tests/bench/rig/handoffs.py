"""A program that hands situations over, whatever happens in between: each request has its key and is sent until it is
answered. What it was told is what the instance must still know afterwards."""

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

ANSWER_SECONDS = 15
PATIENCE_SECONDS = 900


@dataclass(slots=True)
class Handoff:
    """Ids are what was acknowledged; None: never answered, so it may be there or not, but once."""

    number: int
    situation: UUID | None = None
    referral: UUID | None = None
    acknowledged: float = 0.0


class Refused(Exception):
    """An answer that no retry changes: a mistake of the client, or of the instance."""


@dataclass
class Client:
    url: str
    token: str
    service_id: str
    answers: Counter[str] = field(default_factory=Counter)
    """What came back: statuses, and names of errors where nothing did."""
    done: int = 0
    asking: int = 0

    def starved(self, done: int) -> bool:
        """Whether somebody asks and was not served since so many were."""
        return self.asking > 0 and self.done == done

    def hand_over(self, one: Handoff) -> None:
        kept = self._until_told("/api/v1/situations", f"situation-{one.number}", situation(one.number))
        one.situation = UUID(kept["id"])
        sent = self._until_told("/api/v1/referrals", f"referral-{one.number}", referral(kept["id"], self.service_id))
        one.referral = UUID(sent["referrals"][0]["id"])
        one.acknowledged = time.time()
        self.done += 1

    def _until_told(self, path: str, key: str, body: dict[str, Any]) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                status, told = self._post(path, key, json.dumps(body).encode())
            except (OSError, http.client.HTTPException) as error:
                self.answers[type(error).__name__] += 1
            else:
                self.answers[str(status)] += 1
                if status == 201:
                    return json.loads(told)
                if status < 500:
                    raise Refused(f"{status} {told[:300]!r}")
            time.sleep(0.3)
        raise Refused("no answer for a quarter of an hour")

    def _post(self, path: str, key: str, body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=ANSWER_SECONDS)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def hand_over_all(client: Client, count: int, share: Callable[[], float], *, hands: int = 4) -> list[Handoff]:
    """`count` of them by some threads at once, no further than `share` of what else happens."""
    made = [Handoff(number) for number in range(count)]
    waiting = iter(made)
    turn, failures = threading.Lock(), []

    def work() -> None:
        while not failures:
            with turn:
                one = next(waiting, None)
            if one is None:
                return
            while one.number > count * share() + hands:
                time.sleep(0.05)
            client.asking += 1
            try:
                client.hand_over(one)
            except Refused as error:
                failures.append(error)
            client.asking -= 1

    threads = [threading.Thread(target=work, daemon=True) for _ in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return made


def referral(situation_id: str, service_id: str) -> dict[str, Any]:
    today = date.today()  # noqa: DTZ011  the caller's own calendar
    return {
        "situation_id": situation_id,
        "service_ids": [service_id],
        "mode": "each_may_act",
        "sharing_level": "standard",
        "urgency": "normal",
        "deadline": (today + timedelta(days=10)).isoformat(),
        "basis": "consent",
        "consent": {"informed_on": today.isoformat(), "given_on": today.isoformat(), "language": "fr"},
    }


def situation(number: int) -> dict[str, Any]:
    return {
        "route": "maintien",
        "commune": "Béthune",
        "age_band": "75_plus",
        "household": "alone",
        "themes": ["elderly-isolation"],
        "need": f"Ne sort plus depuis la panne d’ascenseur (situation {number}).",
        "person": {"first_name": "Yolande", "last_name": f"Brossolleau {number}", "phone": "06 39 98 55 44"},
        "safe_contact": {"allowed": True, "channels": ["phone"], "hours": "le matin", "words": "Le bailleur"},
    }
