"""How search grows with the directory, and a rebuild beside raw bulk indexing. Outside CI: `make bench-large`."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engines import BareCluster, bulk_bodies, fill_tantivy, tantivy_documents
from harness import compare, percentile, time_each
from population import replicated

from maillage.kernel import clock
from maillage_search.elastic import ElasticEngine
from maillage_search.embedded import EmbeddedEngine
from maillage_search.evaluation import corpus, read_queries
from maillage_search.port import SearchEngine, SearchRequest, ServiceDocument
from maillage_search.search import search
from maillage_search.understanding import understand

SIZES = [int(size) for size in os.environ.get("SIZES", "10000 100000").split()]
REBUILT = 100_000
SEED = 20_26
ALLOWED = {("embedded", 100_000): 5.0, ("embedded", 1_000_000): 20.0, ("cluster", 1_000_000): 2.5}
"""p95 over that of ten thousand documents."""
Documents = Callable[[int], Iterator[ServiceDocument]]


@pytest.fixture(scope="module")
def documents(data: Path) -> Documents:
    real = corpus(data / "fr")
    return lambda count: replicated(real, count, SEED)


@pytest.fixture(scope="module")
def queries(data: Path) -> list[str]:
    return [query["query"] for query in read_queries(data / "search/queries_public.jsonl")]


def p95(engine: SearchEngine, queries: list[str]) -> float:
    request = SearchRequest(on=clock.today(), limit=10)
    calls = [lambda text=text: search(engine, understand(text, directory=engine), request) for text in queries]
    return percentile(time_each(calls, rounds=3), 0.95)


def test_growth(documents: Documents, queries: list[str], tmp_path: Path, opensearch_url: str) -> None:
    engines: dict[str, SearchEngine] = {
        "embedded": EmbeddedEngine(tmp_path / "index"),
        "cluster": ElasticEngine(opensearch_url, prefix="growth"),
    }
    table: dict[str, dict[str, object]] = {name: {} for name in engines}
    ratios = {}
    for name, engine in engines.items():
        measured = {}
        for size in SIZES:
            engine.rebuild(documents(size))
            measured[size] = p95(engine, queries)
            ratios[name, size] = measured[size] / measured[SIZES[0]]
            table[name][f"{size} documents, p95 ms"] = round(measured[size], 1)
            table[name][f"{size} documents, times {SIZES[0]}"] = round(ratios[name, size], 2)
        engine.close()
    compare("growth", table)
    if SIZES[0] == 10_000:
        assert {key: ratio for key, ratio in ratios.items() if ratio > ALLOWED.get(key, ratio)} == {}


def test_rebuild(documents: Documents, tmp_path: Path, opensearch_url: str) -> None:
    size = min(REBUILT, max(SIZES))
    held = list(documents(size))
    embedded, cluster = EmbeddedEngine(tmp_path / "index"), ElasticEngine(opensearch_url, prefix="rebuild")
    prepared, bodies = tantivy_documents(held), bulk_bodies(held)
    raw = {
        "embedded": seconds(lambda: fill_tantivy(tmp_path / "raw", prepared)),
        "cluster": seconds(lambda: BareCluster(opensearch_url).fill("rebuild-raw", bodies)),
    }
    built = {
        "embedded": seconds(lambda: embedded.rebuild(held)),
        "cluster": seconds(lambda: cluster.rebuild(held)),
    }
    compare(
        f"rebuild of {size}",
        {
            name: {
                "prepared documents, raw, s": round(raw[name], 1),
                "rebuild, s": round(built[name], 1),
                "rebuild / raw (at most 2)": round(built[name] / raw[name], 2),
            }
            for name in raw
        },
    )
    cluster.remove()
    assert {name: built[name] / raw[name] for name in raw if built[name] > 2 * raw[name]} == {}


def seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
