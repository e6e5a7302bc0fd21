"""What the lists of a plan are made of, in the cluster's words; and the bodies that ask for them."""

from collections.abc import Sequence
from typing import Any

from maillage_search.fields import FACET_FIELDS
from maillage_search.lists import FACET_SIZE, Wanted

Query = dict[str, Any]
Body = dict[str, Any]
# A cluster refuses more values than this in one clause.
_MOST_VALUES = 65_536


class ClusterAlgebra:
    def __init__(self, word_scale: float) -> None:
        self._word_scale = word_scale

    def word(self, field: str, word: str, boost: float) -> Query:
        return {"term": {field: {"value": word, "boost": boost * self._word_scale}}}

    def any_of(self, field: str, values: Sequence[str], score: float = 0.0) -> Query:
        chunks = [values[start : start + _MOST_VALUES] for start in range(0, len(values), _MOST_VALUES)]
        clauses: list[Query] = [{"terms": {field: list(chunk)}} for chunk in chunks]
        condition = clauses[0] if len(clauses) == 1 else {"bool": {"should": clauses}}
        return {"constant_score": {"filter": condition, "boost": score}}

    def everything(self) -> Query:
        return {"match_all": {"boost": 0.0}}

    def sum_of(self, queries: Sequence[Query]) -> Query:
        return {"bool": {"should": list(queries)}}

    def best_of(self, queries: Sequence[Query], tie: float = 0.0) -> Query:
        return {"dis_max": {"queries": list(queries), "tie_breaker": tie}}

    def among(self, query: Query, filters: Sequence[Query], bonuses: Sequence[Query] = ()) -> Query:
        return {"bool": {"must": [query], "filter": list(filters), "should": list(bonuses)}}


def page(wanted: Wanted[Query], *, named: bool, counted: bool, faceted: bool) -> Body:
    """The best of a list: one column each, since fetching whole records would cost more than finding them."""
    body: Body = {
        "query": wanted.query,
        "size": wanted.limit,
        "_source": False,
        "stored_fields": "_none_",
        "docvalue_fields": ["card", "label"] if named else ["card"],
        "track_total_hits": counted,
    }
    if faceted:
        body["aggs"] = {name: {"terms": {"field": name, "size": FACET_SIZE}} for name in FACET_FIELDS}
    return body


def count(query: Query) -> Body:
    return {"query": query, "size": 0, "track_total_hits": True}


def holding(field: str, value: str) -> Query:
    return {"term": {field: value}}
