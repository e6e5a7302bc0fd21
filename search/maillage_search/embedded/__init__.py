"""The embedded engine, on tantivy."""

from maillage_search.embedded.engine import EmbeddedEngine

__all__ = ["EmbeddedEngine"]
