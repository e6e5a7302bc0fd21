"""A search through HTTP beside the same search in the process and an empty page, in one run."""

import urllib.parse
from pathlib import Path

from harness import get, percentile, report, served, summary, time_each

from maillage.kernel import clock
from maillage_search.embedded import EmbeddedEngine
from maillage_search.evaluation import read_queries
from maillage_search.port import SearchRequest
from maillage_search.search import search
from maillage_search.understanding import understand

ROUNDS = 3


def test_search_over_http(instance: Path, data: Path) -> None:
    queries = [query["query"] for query in read_queries(data / "search/queries_public.jsonl")]
    engine = EmbeddedEngine(instance / "search")
    request = SearchRequest(on=clock.today(), limit=10)

    def in_process(text: str) -> object:
        return search(engine, understand(text, directory=engine), request)

    inside = time_each([lambda text=text: in_process(text) for text in queries], rounds=ROUNDS)
    with served(instance) as url:
        empty = time_each([lambda: get(f"{url}/aide")] * len(queries), rounds=ROUNDS)
        paths = [f"{url}/api/v1/search?{urllib.parse.urlencode({'q': text, 'limit': 10})}" for text in queries]
        outside = time_each([lambda path=path: get(path) for path in paths], rounds=ROUNDS)
    allowed = 2 * percentile(inside, 0.95) + percentile(empty, 0.95)
    report(
        "search",
        {
            "in process": summary(inside),
            "empty page": summary(empty),
            "over HTTP": summary(outside),
            "allowed p95, ms": round(allowed, 2),
            "p95 over HTTP / allowed": round(percentile(outside, 0.95) / allowed, 2),
        },
    )
    assert percentile(outside, 0.95) <= allowed
