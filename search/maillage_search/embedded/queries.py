"""What the lists of a plan are made of, in tantivy's words."""

from collections.abc import Sequence

import tantivy

_MUST, _SHOULD = tantivy.Occur.Must, tantivy.Occur.Should
Query = tantivy.Query


class TantivyAlgebra:
    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema

    def word(self, field: str, word: str, boost: float) -> Query:
        return Query.boost_query(Query.term_query(self._schema, field, word, "freq"), boost)

    def any_of(self, field: str, values: Sequence[str], score: float = 0.0) -> Query:
        if len(values) == 1:
            return Query.const_score_query(Query.term_query(self._schema, field, values[0], "basic"), score)
        return Query.const_score_query(Query.term_set_query(self._schema, field, list(values)), score)

    def everything(self) -> Query:
        return Query.const_score_query(Query.all_query(), 0.0)

    def sum_of(self, queries: Sequence[Query]) -> Query:
        return Query.boolean_query([(_SHOULD, query) for query in queries])

    def best_of(self, queries: Sequence[Query], tie: float = 0.0) -> Query:
        return Query.disjunction_max_query(list(queries), tie)

    def among(self, query: Query, filters: Sequence[Query], bonuses: Sequence[Query] = ()) -> Query:
        silent = [Query.const_score_query(one, 0.0) for one in filters]
        return Query.boolean_query(
            [(_MUST, query), *((_MUST, one) for one in silent), *((_SHOULD, one) for one in bonuses)]
        )
