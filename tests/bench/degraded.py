"""A bad half hour: every server late and cut off now and then, five requests a second all the while: `make degraded`,
MINUTES=30 by default."""

import json
import os
import re
import threading
import time
import urllib.parse
import urllib.request
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from random import Random
from typing import Any
from urllib.error import HTTPError

from harness import percentile, report
from rig.handoffs import referral, situation
from rig.instances import Instance, with_all_servers
from rig.proxy import proxies
from rig.reckoning import settle, waiting

MINUTES = float(os.environ.get("MINUTES", "30"))
SEED = int(os.environ.get("SEED", "1"))
CUTS = {"PostgreSQL": 0.001, "Redis": 0.001, "search": 0.01, "SMTP": 0.01}
"""How many of the pieces that pass cut their connection: each server sees some, however little is said to it."""
A_SECOND = 5
WARM_SECONDS = 60
MOST_SECONDS, MOST_GROWTH = 2.0, 0.10
EMPTY_SECONDS = 120


@dataclass
class Visits:
    """What people met: how long each waited, and what they were answered."""

    waited: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def visit(self, go: Callable[[], object]) -> None:
        start = time.monotonic()
        try:
            go()
            told = "2xx"
        except HTTPError as refusal:
            told = str(refusal.code)
        except OSError as error:
            told = type(error).__name__
        with self.turn:
            self.waited.append(time.monotonic() - start)
            self.answers[told] += 1


def test_a_bad_half_hour() -> None:
    with proxies(SEED, CUTS) as lines, with_all_servers(lines.lead) as instance:
        gestures = gestures_of(instance)
        drive(gestures, WARM_SECONDS)  # what is read and kept once is not growth
        settle(instance.engine, 5)
        before = memory(instance)
        lines.bad.set()
        visits = drive(gestures, MINUTES * 60)
        lines.bad.clear()
        left = waiting(instance.engine)
        emptied = settle(instance.engine, EMPTY_SECONDS)
        still, after = waiting(instance.engine), memory(instance)
    waited = {name: percentile(visits.waited, share) for name, share in (("p50", 0.5), ("p95", 0.95), ("longest", 1))}
    growth = {name: after[name] / before[name] - 1 for name in before}
    rows: dict[str, object] = {
        "minutes": MINUTES,
        "requests": len(visits.waited),
        "answers": ", ".join(f"{name}: {number}" for name, number in sorted(visits.answers.items())),
        "connections cut": ", ".join(f"{name} {number}" for name, number in sorted(lines.cuts.items())),
    }
    rows |= {f"{name}, s": round(seconds, 2) for name, seconds in waited.items()}
    rows |= {f"memory of {name}, MB": f"{before[name] / 1e6:.0f} then {after[name] / 1e6:.0f}" for name in before}
    rows |= {"jobs waiting at the end": left, f"none any more after, s (at most {EMPTY_SECONDS})": emptied}
    report("degraded", rows)
    assert visits.answers["500"] == 0
    assert waited["p95"] <= MOST_SECONDS
    assert max(growth.values()) < MOST_GROWTH
    assert still == 0


def gestures_of(instance: Instance) -> list[Callable[[], object]]:
    """What people and programs do all day: searching, reading their boxes, handing over, looking at pages."""
    client = instance.client()
    receiver = next(user for user in instance.world["users"] if user["key"] == "B.intake")["api_token"]
    search = urllib.parse.urlencode({"q": "dame de 82 ans qui ne sort plus, Béthune", "limit": 10})
    browser = sign_in(instance)

    def api(path: str, token: str, body: object = None) -> Callable[[], Any]:
        said = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{instance.url}{path}", data, said)
        return lambda: json.load(urllib.request.urlopen(request, timeout=30))

    def page(path: str) -> Callable[[], object]:
        return lambda: browser.open(f"{instance.url}{path}", timeout=30).read()

    write = api("/api/v1/situations", client.token, situation(0))
    written: deque[str] = deque()

    def send() -> None:
        api("/api/v1/referrals", client.token, referral(written.popleft(), client.service_id))()

    return [
        lambda: send() if len(written) > A_SECOND else written.append(write()["id"]),
        api(f"/api/v1/search?{search}", client.token),
        api("/api/v1/referrals?box=received", receiver),
        api("/api/v1/referrals?box=sent", client.token),
        page("/mes-orientations"),
        page("/notifications"),
        page("/recherche"),
    ]


def sign_in(instance: Instance) -> urllib.request.OpenerDirector:
    sender = next(user for user in instance.world["users"] if user["key"] == "A.referent")
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with browser.open(f"{instance.url}/connexion", timeout=60) as page:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.read().decode())
    assert found is not None
    typed = {"csrf_token": found[1], "email": sender["email"], "password": sender["password"]}
    with browser.open(f"{instance.url}/connexion", urllib.parse.urlencode(typed).encode(), timeout=60) as answer:
        assert "/connexion" not in answer.url
    return browser


def drive(gestures: Sequence[Callable[[], object]], seconds: float) -> Visits:
    """So many a second, whether or not those before were answered."""
    visits, chance = Visits(), Random(SEED)
    start = time.monotonic()
    with ThreadPoolExecutor(64) as people:
        for number in range(int(seconds * A_SECOND)):
            time.sleep(max(0.0, start + number / A_SECOND - time.monotonic()))
            people.submit(visits.visit, chance.choice(gestures))
    return visits


def memory(instance: Instance) -> dict[str, int]:
    return {name: command.rss() for name, command in instance.commands.items()}
