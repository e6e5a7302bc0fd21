"""Both real engines: tantivy in a folder, and a cluster started for the session."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from factories.search import TODAY, directory
from maillage_search.elastic import ElasticEngine
from maillage_search.embedded import EmbeddedEngine
from maillage_search.port import SearchEngine, SearchPage, SearchRequest
from maillage_search.search import search
from maillage_search.understanding import understand

ENGINES = ["embedded", pytest.param("opensearch", marks=pytest.mark.xdist_group("opensearch"))]
Opener = Callable[[str], SearchEngine]


@pytest.fixture(scope="session")
def open_engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    """Opens an empty engine of a kind."""
    opened: list[SearchEngine] = []

    def run(kind: str) -> SearchEngine:
        if kind == "embedded":
            engine: SearchEngine = EmbeddedEngine(tmp_path_factory.mktemp("search") / "index")
        else:
            engine = ElasticEngine(request.getfixturevalue("opensearch_url"), prefix=f"t{uuid4().hex[:8]}")
        opened.append(engine)
        return engine

    yield run
    for engine in opened:
        engine.close()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, open_engine: Opener) -> SearchEngine:
    """Each engine in turn, empty."""
    return open_engine(request.param)


@pytest.fixture(scope="session", params=ENGINES)
def town(request: pytest.FixtureRequest, open_engine: Opener) -> SearchEngine:
    """Each engine in turn, holding the directory; tests only read it."""
    return _filled(open_engine(request.param))


@pytest.fixture(scope="session")
def both(open_engine: Opener, opensearch_url: str) -> tuple[SearchEngine, SearchEngine]:
    """The two engines, holding the same directory; tests only read them."""
    return _filled(open_engine("embedded")), _filled(open_engine("opensearch"))


def _filled(engine: SearchEngine) -> SearchEngine:
    engine.rebuild(directory())
    return engine


def ask(engine: SearchEngine, text: str, **request: Any) -> SearchPage:
    return search(engine, understand(text, directory=engine), SearchRequest(on=TODAY, **request))
