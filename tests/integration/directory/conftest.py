"""The directory's tests project to a real embedded engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from maillage.directory import engine as registry
from maillage_search.embedded import EmbeddedEngine


@pytest.fixture
def engine(app: Flask, tmp_path: Path) -> Iterator[EmbeddedEngine]:
    """An empty engine, used by every projection of the test."""
    before = registry.engine()
    found = EmbeddedEngine(tmp_path / "index")
    registry.use_engine(found)
    yield found
    registry.use_engine(before)
    found.close()
