"""Search while a crowd signs in: the server in a process of its own, the crowd and the searchers outside it."""

import os
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path

from harness import get, report, served, summary

from maillage_search.evaluation import read_queries

CROWD = 20
SEARCHES = 400
MOST_TIMES = 2.0


def test_search_holds_while_a_crowd_signs_in(instance: Path, data: Path) -> None:
    queries = [query["query"] for query in read_queries(data / "search/queries_public.jsonl")]
    with served(instance) as url:
        paths = [f"{url}/api/v1/search?{urllib.parse.urlencode({'q': text, 'limit': 10})}" for text in queries]
        paths = (paths * (1 + SEARCHES // len(paths)))[:SEARCHES]
        _times(paths[:100])
        alone, stormy = _times(paths[::2]), []
        with crowd(url) as answers:
            stormy = _times(paths)
        alone += _times(paths[1::2])  # half before and half after: the machine has other work too
    rows: dict[str, object] = {f"alone {name}": value for name, value in summary(alone).items()}
    rows |= {f"in the storm {name}": value for name, value in summary(stormy).items()}
    ratio = summary(stormy)["p99_ms"] / summary(alone)["p99_ms"]
    told = " ".join(f"{status}: {count}" for status, count in sorted(answers.items()))
    rows |= {"p99, times": round(ratio, 2), "people signing in at once": CROWD, "what they were answered": told}
    report("login storm", rows | {"processors": os.cpu_count()})
    assert answers[422] > 0
    assert ratio <= MOST_TIMES


@contextmanager
def crowd(url: str) -> Iterator[Counter[int]]:
    """People who all sign in, each again as soon as they are answered, with an address and a password of their own.

    They live in a process that the system serves last, since in truth they bring machines of their own: otherwise the
    searcher would wait for them here, and not at the server.
    """
    answers: Counter[int] = Counter()
    apart = get_context("fork")
    over, told = apart.Event(), apart.Queue()
    process = apart.Process(target=_gather, args=(url, over, told))
    process.start()
    time.sleep(2)
    yield answers
    over.set()
    answers.update(told.get(timeout=120))
    process.join()


def _gather(url: str, over: Event, told: "Queue[Counter[int]]") -> None:
    os.nice(19)
    answers: Counter[int] = Counter()
    people = [threading.Thread(target=_sign_in, args=(url, number, answers, over)) for number in range(CROWD)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    told.put(answers)


def _sign_in(url: str, number: int, answers: Counter[int], over: Event) -> None:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with browser.open(f"{url}/connexion", timeout=30) as page:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.read().decode())[1]
    turn = 0
    while not over.is_set():
        turn += 1
        typed = {"csrf_token": token, "email": f"p{number}.{turn}@ailleurs.example", "password": f"mot de passe {turn}"}
        try:
            with browser.open(f"{url}/connexion", urllib.parse.urlencode(typed).encode(), timeout=60) as answer:
                answers[answer.status] += 1
        except urllib.error.HTTPError as refusal:
            answers[refusal.code] += 1
            time.sleep(0.5 if refusal.code == 503 else 0)  # people are told to come back; few wait as long as told


def _times(paths: list[str]) -> list[float]:
    taken = []
    for path in paths:
        start = time.perf_counter()
        get(path)
        taken.append(1000 * (time.perf_counter() - start))
    return taken
