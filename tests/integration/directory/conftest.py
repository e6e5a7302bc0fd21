"""The directory's tests project to a real embedded engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from maillage.directory.engine import use_engine
from maillage_search.embedded import EmbeddedEngine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    """An empty engine, used by every projection of the test."""
    found = EmbeddedEngine(tmp_path / "index")
    use_engine(found)
    yield found
    use_engine(None)
    found.close()
