"""The cluster hangs: it takes connections and never answers. People wait once, not at each search."""

import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from factories.accounts import make_organization
from factories.directory import make_service
from maillage.directory import engine as registry
from maillage.directory import service
from maillage.kernel.actor import SYSTEM
from maillage_search.elastic import ElasticEngine
from maillage_search.elastic.patience import PAUSE_SECONDS
from maillage_search.elastic.transport import PROBE_SECONDS, SEARCH_SECONDS
from maillage_search.port import EngineUnavailable, RetrievalPlan

pytestmark = pytest.mark.xdist_group("opensearch")
BANNER = "Recherche réduite"
STORY = "dame de 82 ans qui ne sort plus, Béthune"
AT_ONCE = 1.0
"""Seconds that a search without its engine may take on a busy machine."""


class Wire:
    """A line to a real cluster that may be held: what is sent over it then waits."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._cluster = (address.hostname, address.port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self.flows = threading.Event()
        self.flows.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.flows.set()
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            far = socket.create_connection(self._cluster)
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65_536):
                self.flows.wait()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            target.close()


@pytest.fixture
def wire(opensearch_url: str) -> Iterator[Wire]:
    before = registry.engine() if registry._engine else None
    made = Wire(opensearch_url)
    yield made
    made.close()
    registry.use_engine(before)


def asked(client: FlaskClient) -> tuple[str, float]:
    """What the page says, and how long somebody waited for it."""
    start = time.monotonic()
    sent = client.post("/recherche", data={"q": STORY, "place": ""})
    assert sent.status_code == 303
    answer = client.get(sent.headers["Location"])
    assert answer.status_code == 200
    return answer.text, time.monotonic() - start


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_people_wait_once_then_search_without_it_until_it_answers(app: Flask, client: FlaskClient, wire: Wire) -> None:
    engine = ElasticEngine(wire.url, prefix=f"t{uuid4().hex[:8]}")
    registry.use_engine(engine)
    make_service(make_organization(), name="Visites de convivialité")
    service.rebuild_index(SYSTEM)
    assert BANNER not in asked(client)[0]

    wire.flows.clear()
    page, waited = asked(client)
    assert BANNER in page
    assert SEARCH_SECONDS <= waited < SEARCH_SECONDS + AT_ONCE
    told = [asked(client) for _ in range(4)]
    assert all(BANNER in page and "Visites de convivialité" in page for page, _ in told)
    assert max(waited for _, waited in told) < PROBE_SECONDS + AT_ONCE
    assert client.get("/readyz").json["checks"]["search"] == "degraded: no answer"

    wire.flows.set()
    time.sleep(PAUSE_SECONDS)
    assert BANNER not in asked(client)[0]
    engine.remove()
    engine.close()


def test_many_at_once_wait_together_at_the_first_use(wire: Wire) -> None:
    wire.flows.clear()
    engine = ElasticEngine(wire.url, prefix=f"t{uuid4().hex[:8]}")
    refused: list[float] = []

    def ask() -> None:
        start = time.monotonic()
        with pytest.raises(EngineUnavailable):
            engine.retrieve(RetrievalPlan(name_words=("garage",)))
        refused.append(time.monotonic() - start)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 6
    assert max(refused) < SEARCH_SECONDS + AT_ONCE
    engine.close()
