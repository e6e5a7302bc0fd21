"""The cluster dies and comes back during a search session: people keep getting answers, and the index catches up."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from services import free_port
from services.opensearch import Server, start_opensearch

from factories.accounts import actor_of, make_organization, make_user
from factories.directory import make_service
from maillage.app import create_app
from maillage.directory import engine as registry
from maillage.directory import service
from maillage.kernel import clock, jobs
from maillage.kernel.actor import SYSTEM
from maillage.kernel.db import db
from maillage.settings import Settings
from maillage.setup import prepare
from maillage_search.elastic import ElasticEngine

pytestmark = pytest.mark.xdist_group("opensearch")
BANNER = "Recherche réduite"
STORY = "dame de 82 ans qui ne sort plus, Béthune"


class Cluster:
    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._server: Server | None = None

    def start(self) -> None:
        self._server = start_opensearch(self.folder, self.port)

    def kill(self) -> None:
        if self._server:
            self._server.kill()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    before = registry.engine() if registry._engine else None
    made = Cluster(folder)
    yield made
    made.kill()
    registry.use_engine(before)


def asked(client: FlaskClient, words: str) -> str:
    """Type, submit, follow: what the page says."""
    sent = client.post("/recherche", data={"q": words, "place": ""})
    assert sent.status_code == 303
    answer = client.get(sent.headers["Location"])
    assert answer.status_code == 200
    return answer.text


def over_api(client: FlaskClient, words: str) -> tuple[bool, list[str]]:
    answer = client.get("/api/v1/search", query_string={"q": words})
    assert answer.status_code == 200
    return answer.json["degraded"], [one["name"] for one in answer.json["results"]]


def readiness(client: FlaskClient) -> str:
    return client.get("/readyz").json["checks"]["search"]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_killed_and_started_again_during_a_session(app: Flask, client: FlaskClient, cluster: Cluster) -> None:
    cluster.start()
    engine = ElasticEngine(cluster.url, prefix=f"t{uuid4().hex[:8]}")
    registry.use_engine(engine)
    org = make_organization()
    actor = actor_of(make_user(org, ("org_admin",)), org)
    visits = make_service(org, name="Visites de convivialité")
    hidden = make_service(org, name="Le café des aînés")
    service.rebuild_index(SYSTEM)
    html = asked(client, STORY)
    assert "Visites de convivialité" in html
    assert BANNER not in html
    assert over_api(client, STORY)[0] is False
    assert readiness(client) == "ok"

    cluster.kill()
    for words in (STORY, "dame agée isolee", "convivialité Béthune", "03 21 00 00 00", "🙂 -(!* OR 1=1"):
        assert BANNER in asked(client, words)
        assert over_api(client, words)[0] is True
    assert "Visites de convivialité" in asked(client, STORY)
    assert "Visites de convivialité" in over_api(client, STORY)[1]
    assert readiness(client) == "degraded: no answer"
    for address in ("/", "/etat-du-service", f"/services/{visits.id}"):
        assert client.get(address).status_code == 200
    service.hide_service(actor, service_id=hidden.id)
    jobs.drain()
    assert "Le café des aînés" not in asked(client, STORY)

    cluster.start()
    html = asked(client, STORY)
    assert BANNER not in html
    assert "Le café des aînés" not in html
    assert readiness(client) == "ok"
    with clock.at(clock.now() + timedelta(hours=1)):
        jobs.drain()
    assert set(engine.versions()) == {str(visits.id)}
    engine.close()


def test_an_instance_starts_before_its_cluster(cluster: Cluster, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", search_url=cluster.url, throttle=False, mail_url="outbox:")
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    prepare(app)
    client = app.test_client()
    with app.app_context():
        make_service(make_organization(), name="Visites de convivialité")
    html = asked(client, STORY)
    assert BANNER in html
    assert "Visites de convivialité" in html
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["status"]) == (200, "degraded")

    cluster.start()
    with app.app_context():
        assert "directory.refill_index" in jobs.tick()
    html = asked(client, STORY)
    assert BANNER not in html
    assert "Visites de convivialité" in html
    assert client.get("/readyz").json["status"] == "ready"
    with app.app_context():
        db.engine.dispose()
