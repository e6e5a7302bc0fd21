"""The index follows the database on both engines: drift is found and mended, what leaves is gone, searches go on."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import update

from factories.accounts import actor_of, make_organization, make_user, sign_in
from factories.directory import make_service
from factories.search import make_document
from maillage.directory import engine as registry
from maillage.directory import service
from maillage.directory.models import Service
from maillage.directory.search import documents
from maillage.kernel import jobs
from maillage.kernel.actor import SYSTEM
from maillage.kernel.background import BackgroundTask
from maillage.kernel.db import session, transaction
from maillage_search.elastic import ElasticEngine
from maillage_search.embedded import EmbeddedEngine
from maillage_search.port import RetrievalPlan, SearchEngine, ServiceDocument

IN_LINE = {"missing": 0, "stale": 0, "extra": 0}


@pytest.fixture(params=["embedded", pytest.param("opensearch", marks=pytest.mark.xdist_group("opensearch"))])
def engine(app: Flask, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SearchEngine]:
    """Each engine in turn, empty, used by every projection of the test."""
    before = registry.engine()
    found: SearchEngine = (
        EmbeddedEngine(tmp_path / "index")
        if request.param == "embedded"
        else ElasticEngine(request.getfixturevalue("opensearch_url"), prefix=f"t{uuid4().hex[:8]}")
    )
    registry.use_engine(found)
    yield found
    registry.use_engine(before)
    found.close()


class Meanwhile:
    """The engine, with something that happens elsewhere just before this process writes."""

    def __init__(self, engine: SearchEngine, happens: Callable[[], None]) -> None:
        self._engine, self._happens = engine, happens
        self.delete = engine.delete

    def index(self, documents: list[ServiceDocument]) -> int:
        registry.use_engine(self._engine)
        self._happens()
        registry.use_engine(self)  # type: ignore[arg-type]
        return self._engine.index(documents)


def named(engine: SearchEngine, *words: str) -> set[str]:
    return set(engine.identify(engine.retrieve(RetrievalPlan(name_words=words)).candidates))


def document_of(service_id: UUID) -> ServiceDocument:
    (found,) = documents(session(), [service_id])
    return found


def test_drift_injected_by_hand_is_found_and_mended(app: Flask, engine: SearchEngine) -> None:
    org = make_organization(name="Les Heures Douces")
    lost, old, ahead, fine = (make_service(org, name=name) for name in ("Lavoir", "Couture", "Poterie", "Broderie"))
    service.rebuild_index(SYSTEM)
    assert service.index_drift() == IN_LINE

    engine.delete([str(lost.id)])
    with transaction() as tx:
        tx.execute(update(Service).where(Service.id == old.id).values(name="Tricot", version=old.version + 1))
    engine.index([replace(document_of(ahead.id), name="Zinzolin", version=40)])
    stranger = make_document("Nulle part")
    engine.index([stranger])
    assert service.index_drift() == {"missing": 1, "stale": 2, "extra": 1}

    assert service.reconcile() == 4
    assert service.index_drift() == IN_LINE
    assert service.reconcile() == 0
    assert set(engine.versions()) == {str(one.id) for one in (lost, old, ahead, fine)}
    assert named(engine, "lavoir") == {str(lost.id)}
    assert named(engine, "tricot") == {str(old.id)}
    assert named(engine, "poterie") == {str(ahead.id)}
    assert not named(engine, "couture") | named(engine, "zinzolin") | named(engine, "nulle")
    assert not engine.knows("zinzolin")


def test_what_leaves_the_directory_leaves_the_index(app: Flask, engine: SearchEngine) -> None:
    org = make_organization()
    actor = actor_of(make_user(org, ("org_admin",)), org)
    hidden, erased, stays = (make_service(org, name=name) for name in ("Zinzolin", "Amarante", "Couture"))
    service.rebuild_index(SYSTEM)
    service.hide_service(actor, service_id=hidden.id)
    with transaction() as tx:
        tx.delete(tx.get_one(Service, erased.id))
    jobs.drain()
    service.project([erased.id])
    assert set(engine.versions()) == {str(stays.id)}
    assert not named(engine, "zinzolin") | named(engine, "amarante")


def test_hidden_between_reading_and_writing(app: Flask, engine: SearchEngine) -> None:
    """Two processes project one service: the one that read it before it was hidden writes last."""
    org = make_organization()
    actor = actor_of(make_user(org, ("org_admin",)), org)
    it = make_service(org, name="Zinzolin")
    service.rebuild_index(SYSTEM)

    def hide() -> None:
        service.hide_service(actor, service_id=it.id)
        jobs.drain()
        assert dict(engine.versions()) == {}

    registry.use_engine(Meanwhile(engine, hide))  # type: ignore[arg-type]
    service.project([it.id])
    assert dict(engine.versions()) == {}
    assert not named(engine, "zinzolin")


def test_searches_go_on_during_rebuilds(app: Flask, engine: SearchEngine) -> None:
    org = make_organization()
    ids = {str(make_service(org, name=f"Couture {number}").id) for number in range(12)}
    service.rebuild_index(SYSTEM)
    stop, wrong, asked = threading.Event(), [], [0]

    def search() -> None:
        while not stop.is_set():
            found = named(engine, "couture")
            asked[0] += 1
            if found != ids:
                wrong.append(found)

    searching = threading.Thread(target=search)
    searching.start()
    try:
        for _ in range(3):
            assert service.rebuild_index(SYSTEM) == len(ids)
    finally:
        stop.set()
        searching.join()
    assert asked[0] > 3
    assert wrong == []


def test_an_index_that_lost_everything_is_filled_again(app: Flask, engine: SearchEngine) -> None:
    assert service.refill_index()
    assert not service.refill_index()
    it = make_service(make_organization())
    assert service.refill_index()
    assert set(engine.versions()) == {str(it.id)}
    engine.delete([str(it.id)])
    jobs.tick()
    assert service.index_drift() == IN_LINE
    assert not service.refill_index()


def test_the_words_of_what_left_leave_the_files_too(app: Flask, engine: SearchEngine, tmp_path: Path) -> None:
    """A search finds it no more at once; its words stay in the segment until the index is made anew."""
    org = make_organization(name="Les Heures Douces")
    actor = actor_of(make_user(org, ("org_admin",)), org)
    gone, kept = (make_service(org, name=name) for name in ("Zinzolin et Qwertzuiop", "Broderie"))
    service.rebuild_index(SYSTEM)
    assert service.forget_erased() is False
    service.hide_service(actor, service_id=gone.id)
    jobs.drain()
    assert named(engine, "zinzolin") == set()
    assert engine.holds_erased
    if isinstance(engine, EmbeddedEngine):
        assert files_that_say("qwertzuiop", tmp_path / "index")

    assert service.forget_erased() is True
    assert not engine.holds_erased
    assert not files_that_say("qwertzuiop", tmp_path / "index")
    assert not engine.knows("qwertzuiop")
    assert named(engine, "broderie") == {str(kept.id)}


def files_that_say(word: str, folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes().lower()]


def test_the_host_has_it_made_again_from_a_page_and_one_that_is_stopped_leaves_the_old_one(
    app: Flask, engine: SearchEngine
) -> None:
    host = make_organization(kind="host")
    admin = make_user(host, ("platform_admin",))
    kept = make_service(make_organization())
    service.rebuild_index(SYSTEM)
    make_service(make_organization())
    page = sign_in(app.test_client(), admin)
    assert "Le moteur répond" in page.get("/plateforme/recherche").text
    stopped, done = (str(page.post("/plateforme/recherche").location) for _ in range(2))
    with transaction() as tx:  # asked while it runs, before the first batch
        tx.execute(update(BackgroundTask).where(BackgroundTask.id == UUID(stopped[8:])).values(state="running"))
    page.post(f"{stopped}/annuler")
    assert jobs.run_due(1) == 1
    assert "Vous l’avez annulé" in page.get(stopped).text and set(engine.versions()) == {str(kept.id)}
    jobs.drain()
    assert "Terminé : 2 fiches" in page.get(done).text and service.index_drift() == IN_LINE
