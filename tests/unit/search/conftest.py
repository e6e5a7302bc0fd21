import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from maillage_search.embedded import EmbeddedEngine
from maillage_search.port import SearchPage, SearchRequest, ServiceDocument
from maillage_search.search import search
from maillage_search.understanding import understand

TODAY = dt.date(2026, 3, 1)
BETHUNE, LENS, NAMUR = (50.5300, 2.6400), (50.4289, 2.8319), (50.4669, 4.8675)


def service(number: int, name: str, **fields: Any) -> ServiceDocument:
    at = fields.pop("at", None)
    if at:
        fields |= {"lat": at[0], "lon": at[1]}
    defaults: dict[str, Any] = {"version": 1, "organization": f"Association {number}", "country": "FR"}
    return ServiceDocument(id=f"s{number}", name=name, **(defaults | fields))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    opened = EmbeddedEngine(tmp_path / "index")
    yield opened
    opened.close()


@pytest.fixture
def ask(engine: EmbeddedEngine) -> Callable[..., SearchPage]:
    def run(text: str, **request: Any) -> SearchPage:
        understood = understand(text, country=request.get("country"), directory=engine)
        return search(engine, understood, SearchRequest(on=TODAY, **request))

    return run
