"""A plan as tantivy queries. Every clause but the words is a constant: the words' own score can be told apart."""

from collections.abc import Iterable, Sequence

import tantivy

from maillage_search import bits
from maillage_search.embedded.schema import NOWHERE, PHONE_DIGITS, STEM_FIELDS
from maillage_search.geo import cell, cells_within
from maillage_search.port import Coordinates, Filters, RetrievalPlan
from maillage_search.taxonomy import load_taxonomy
from maillage_search.text import STOP_WORDS

THEME_CONSTANT = 100.0
RINGS = ((5.0, 60.0), (12.0, 30.0), (25.0, 20.0))
# Flat, on real records: a strong name boost lowers the results of situations, and names have a route of their own.
_FIELD_BOOSTS = dict(zip(STEM_FIELDS, (1.2, 0.7, 1.0), strict=True))
_TIE = 0.15
_MUST, _SHOULD = tantivy.Occur.Must, tantivy.Occur.Should
Query = tantivy.Query


class Rings:
    """Constants added by distance, by grid cell: the same sum is found again from a record's coordinates."""

    def __init__(self, center: Coordinates | None) -> None:
        self.levels = [(cells_within(*center, km), score) for km, score in RINGS] if center else []

    def constant(self, lat: float | None, lon: float | None) -> float:
        if not self.levels or lat is None or lon is None:
            return 0.0
        token = cell(lat, lon)
        return sum(score for cells, score in self.levels if token in cells)


class QueryBuilder:
    def __init__(self, schema: tantivy.Schema, plan: RetrievalPlan) -> None:
        self._schema = schema
        self._plan = plan
        self.rings = Rings(plan.center)
        self.masks = bits.weighted(plan.concepts)

    def term(self, field: str, value: str) -> Query:
        return Query.term_query(self._schema, field, value, "freq" if field.endswith(("stems", "words")) else "basic")

    def any_of(self, field: str, values: Sequence[str]) -> Query:
        if len(values) == 1:
            return Query.const_score_query(self.term(field, values[0]), 0.0)
        return Query.const_score_query(Query.term_set_query(self._schema, field, list(values)), 0.0)

    def text(self) -> list[Query]:
        """One clause for each thing said: synonyms compete, they do not add up."""
        return [
            Query.disjunction_max_query([self._in_fields(stem, weight) for stem, weight in group.items()], _TIE)
            for group in self._plan.stems
        ]

    def _in_fields(self, stem: str, weight: float = 1.0) -> Query:
        return Query.boolean_query(
            [
                (_SHOULD, Query.boost_query(self.term(field, stem), weight * boost))
                for field, boost in _FIELD_BOOSTS.items()
            ]
        )

    def themes(self) -> list[Query]:
        """One clause whose score is that of the heaviest code the record carries."""
        own = load_taxonomy().themes
        clauses = [
            Query.const_score_query(
                self.term("themes" if code in own else "data_inclusion", code), THEME_CONSTANT * weight
            )
            for code, weight in self._plan.concepts.items()
            if code in bits.code_bits()
        ]
        return [Query.disjunction_max_query(clauses)] if clauses else []

    def scored(self, clauses: Iterable[Query], *filters: Query) -> Query:
        """Records that match any clause and every filter, those near the centre first."""
        wanted = list(clauses)
        parts = [(_MUST, Query.boolean_query([(_SHOULD, clause) for clause in wanted]) if wanted else _everything())]
        parts += [(_MUST, one) for one in (*filters, *self.filters())]
        parts += [
            (_SHOULD, Query.const_score_query(Query.term_set_query(self._schema, "cell", sorted(cells)), score))
            for cells, score in self.rings.levels
            if cells
        ]
        return Query.boolean_query(parts)

    def filters(self) -> list[Query]:
        chosen: Filters = self._plan.filters
        found = [
            self.any_of(field, values)
            for field, values in (
                ("themes", load_taxonomy().themes.with_descendants(chosen.themes)),
                ("publics", chosen.publics),
                ("types", chosen.types),
                ("modes", chosen.modes),
                ("fee", chosen.fees),
                ("languages", chosen.languages),
                ("category", chosen.categories),
                ("country", chosen.countries),
                ("areas", chosen.areas),
            )
            if values
        ]
        if chosen.free_places:
            found.append(self.any_of("capacity", ("free", "limited")))
        if chosen.open_to_all:
            found.append(self.any_of("open_to", ("all",)))
        return found

    def around(self) -> list[Query]:
        """Records in reach of the centre, and those that nobody located: they may be near."""
        if self._plan.center is None:
            return []
        cells = sorted(cells_within(*self._plan.center, self._plan.radius_km))
        return [self.any_of("cell", [*cells, NOWHERE])]

    def serving(self) -> Query | None:
        return self.any_of("areas", self._plan.areas) if self._plan.areas else None

    def mentioning(self) -> Query | None:
        """Records that name the place: half of the real ones have no coordinates, and tell in words where they work."""
        if not self._plan.place_stems:
            return None
        named = [(_MUST, self._in_fields(stem)) for stem in self._plan.place_stems]
        return Query.const_score_query(Query.boolean_query(named), 0.0)

    def partners(self) -> Query | None:
        organization = self._plan.organization_id
        return self.any_of("partners", (organization,)) if organization else None

    def exact_name(self) -> Query | None:
        """Records called exactly what was typed, or reached at the number that was typed."""
        clauses = []
        if self._plan.name_words:
            clauses.append(self.term("title", " ".join(self._plan.name_words)))
        if len(self._plan.phone) >= PHONE_DIGITS:
            clauses.append(self.term("phone", self._plan.phone[-PHONE_DIGITS:]))
        return self.scored(clauses) if clauses else None

    def like_name(self) -> Query | None:
        """Records whose names share the words typed, the rarest words counting most."""
        words = [word for word in dict.fromkeys(self._plan.name_words) if word not in STOP_WORDS]
        if not words:
            return None
        clauses = [Query.boost_query(self.term("name_words", word), 1.0) for word in words]
        clauses += [Query.boost_query(self.term("commune_words", word), 0.8) for word in words]
        parts = [(_MUST, Query.boolean_query([(_SHOULD, clause) for clause in clauses]))]
        return Query.boolean_query(parts + [(_MUST, one) for one in self.filters()])


def _everything() -> Query:
    return Query.const_score_query(Query.all_query(), 0.0)
