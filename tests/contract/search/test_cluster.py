"""What only a cluster can do to us: be absent, die, lose its index, hold another version's."""

import json
import urllib.request
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from services import free_port
from services.opensearch import start_opensearch

from factories.search import directory, make_document
from maillage_search.elastic import ElasticEngine
from maillage_search.elastic.transport import connect
from maillage_search.port import EngineUnavailable, RetrievalPlan

pytestmark = pytest.mark.xdist_group("opensearch")


def call(url: str, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{url}/{path}", data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def indexes(url: str, prefix: str) -> set[str]:
    return set(call(url, "GET", f"{prefix}-*"))


@pytest.fixture
def prefix() -> str:
    return f"t{uuid4().hex[:8]}"


def test_an_absent_cluster_is_told_apart(prefix: str) -> None:
    engine = ElasticEngine(f"http://127.0.0.1:{free_port()}", prefix=prefix)
    with pytest.raises(EngineUnavailable):
        engine.retrieve(RetrievalPlan())
    for attempt in (
        lambda: engine.index([make_document("Couture")]),
        lambda: engine.delete(["one"]),
        lambda: engine.rebuild([]),
        lambda: engine.knows("couture"),
        lambda: engine.correct("coutrue"),
        engine.versions,
        lambda: engine.needs_rebuild,
    ):
        with pytest.raises(EngineUnavailable):
            attempt()
    engine.close()


def test_words_typed_are_not_in_the_message(opensearch_url: str, prefix: str) -> None:
    engine = ElasticEngine(f"http://127.0.0.1:{free_port()}", prefix=prefix)
    with pytest.raises(EngineUnavailable) as caught:
        engine.retrieve(RetrievalPlan(stems=({"zinzolin": 1.0},)))
    assert "zinzolin" not in str(caught.value)


def test_a_cluster_killed_and_started_again_answers_to_the_same_engine(
    opensearch_url: str, prefix: str, tmp_path: Path
) -> None:
    port = free_port()
    server = start_opensearch(tmp_path, port)
    try:
        engine = ElasticEngine(server.url, prefix=prefix)
        engine.rebuild(directory())
        engine.index([make_document("Couture", id="last")])
        server.kill()
        with pytest.raises(EngineUnavailable):
            engine.retrieve(RetrievalPlan())
        server = start_opensearch(tmp_path, port)
        assert engine.retrieve(RetrievalPlan()).total == len(directory()) + 1
        assert engine.versions()["last"] == 1
        engine.close()
    finally:
        server.stop()


def test_every_product_setting_finds_its_way(opensearch_url: str, prefix: str) -> None:
    ElasticEngine(opensearch_url, "opensearch", prefix).index([make_document("Couture", id="one")])
    assert ElasticEngine(opensearch_url, "auto", prefix).versions() == {"one": 1}
    assert connect(opensearch_url, "auto").word_scale == connect(opensearch_url, "opensearch").word_scale
    with pytest.raises(EngineUnavailable):
        ElasticEngine(opensearch_url, "elasticsearch", prefix).versions()


def test_one_node_of_several_may_be_down(opensearch_url: str, prefix: str) -> None:
    engine = ElasticEngine(f"http://127.0.0.1:{free_port()}, {opensearch_url}", prefix=prefix)
    engine.index([make_document("Couture", id="one")])
    assert [engine.retrieve(RetrievalPlan()).total for _ in range(4)] == [1] * 4


def test_two_processes_share_one_index(opensearch_url: str, prefix: str) -> None:
    first, second = (ElasticEngine(opensearch_url, prefix=prefix) for _ in range(2))
    assert first.needs_rebuild
    first.index([make_document("Couture", id="one")])
    assert not second.needs_rebuild
    assert second.versions() == {"one": 1}
    second.rebuild([make_document("Poterie", id="two")])
    assert first.versions() == {"two": 1}
    assert len(indexes(opensearch_url, prefix)) == 1


def test_a_lost_index_is_made_again_and_asks_for_its_content(opensearch_url: str, prefix: str) -> None:
    engine = ElasticEngine(opensearch_url, prefix=prefix)
    engine.rebuild([make_document("Couture", id="one")])
    assert not engine.needs_rebuild
    for name in indexes(opensearch_url, prefix):
        call(opensearch_url, "DELETE", name)
    assert engine.retrieve(RetrievalPlan()).total == 0
    assert engine.needs_rebuild
    engine.index([make_document("Couture", id="one")])
    assert engine.versions() == {"one": 1}


def test_an_index_of_another_version_is_replaced(opensearch_url: str, prefix: str) -> None:
    body = {"aliases": {f"{prefix}-services": {}}, "mappings": {"properties": {"name": {"type": "text"}}}}
    call(opensearch_url, "PUT", f"{prefix}-services-old", body)
    engine = ElasticEngine(opensearch_url, prefix=prefix)
    assert engine.needs_rebuild
    assert engine.versions() == {}
    engine.rebuild(directory())
    assert len(engine.versions()) == len(directory())
    assert len(indexes(opensearch_url, prefix)) == 1


def test_the_remains_of_a_rebuild_cut_short_go_with_the_next(opensearch_url: str, prefix: str) -> None:
    engine = ElasticEngine(opensearch_url, prefix=prefix)
    engine.rebuild([make_document("Couture", id="one")])
    call(opensearch_url, "PUT", f"{prefix}-services-dead", {"aliases": {f"{prefix}-services-next": {}}})
    engine.rebuild([make_document("Poterie", id="two")])
    assert engine.versions() == {"two": 1}
    assert len(indexes(opensearch_url, prefix)) == 1


def test_what_was_tried_out_leaves_nothing(opensearch_url: str, prefix: str) -> None:
    engine = ElasticEngine(opensearch_url, prefix=prefix)
    engine.rebuild([make_document("Couture", id="one")])
    engine.remove()
    assert indexes(opensearch_url, prefix) == set()


def test_nothing_that_a_rebuild_did_not_map_gets_in(opensearch_url: str, prefix: str) -> None:
    engine = ElasticEngine(opensearch_url, prefix=prefix)
    engine.rebuild(directory())
    (held,) = call(opensearch_url, "GET", f"{prefix}-services/_mapping").values()
    assert held["mappings"]["dynamic"] == "strict"
    assert held["mappings"]["_source"] == {"enabled": False}
