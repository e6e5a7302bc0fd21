"""The cluster engine, on Elasticsearch or OpenSearch."""

from maillage_search.elastic.engine import ElasticEngine

__all__ = ["ElasticEngine"]
