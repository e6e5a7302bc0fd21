"""The search engine of this process, told once by the composition root."""

from maillage.kernel.errors import Unavailable
from maillage_search.port import SearchEngine

_engine: SearchEngine | None = None


def use_engine(engine: SearchEngine | None) -> None:
    global _engine
    _engine = engine


def engine() -> SearchEngine:
    """Raises Unavailable when this process was given none: a projection job is then tried again later."""
    if _engine is None:
        raise Unavailable()
    return _engine
