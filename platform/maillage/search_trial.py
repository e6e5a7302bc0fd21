"""An engine made for the occasion, to measure search without touching an instance."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from maillage.settings import Settings, SettingsError
from maillage_search.elastic import ElasticEngine
from maillage_search.embedded import EmbeddedEngine
from maillage_search.port import SearchEngine

EngineName = Literal["embedded", "elastic"]


@contextmanager
def engine_to_try(name: EngineName, settings: Settings) -> Iterator[SearchEngine]:
    """An empty engine that leaves nothing behind; that of a cluster is told by the settings."""
    if name == "embedded":
        with TemporaryDirectory() as folder:
            yield EmbeddedEngine(Path(folder))
        return
    if settings.search_cluster is None:
        raise SettingsError("MAILLAGE_SEARCH_URL must name a cluster")
    prefix = f"{settings.search_prefix}-eval-{secrets.token_hex(4)}"
    cluster = ElasticEngine(settings.search_url, settings.search_cluster, prefix)
    try:
        yield cluster
    finally:
        cluster.remove()
        cluster.close()
