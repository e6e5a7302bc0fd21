"""The embedded engine, on tantivy."""

from maillage_search.embedded.engine import EmbeddedEngine, ErasureError

__all__ = ["EmbeddedEngine", "ErasureError"]
