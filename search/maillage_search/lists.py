"""The lists of records that a plan asks of an engine, said once for all engines.

Every clause but the words is a constant, so that the words' own score can be told apart afterwards.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

from maillage_search import bits
from maillage_search.fields import NOWHERE, PHONE_DIGITS, STEM_FIELDS
from maillage_search.geo import cell, cells_within
from maillage_search.port import Coordinates, RetrievalPlan
from maillage_search.taxonomy import load_taxonomy
from maillage_search.text import STOP_WORDS

THEME_CONSTANT = 100.0
RINGS = ((5.0, 60.0), (12.0, 30.0), (25.0, 20.0))
NAME_LIMIT, MEMBER_LIMIT = 40, 100
FACET_SIZE = 60
# Below this, a word of the texts may be somebody's name that slipped into a free text.
SHARED_BY = 3
# Flat, on real records: a strong name boost lowers the results of situations, and names have a route of their own.
_FIELD_BOOSTS = dict(zip(STEM_FIELDS, (1.2, 0.7, 1.0), strict=True))
_TIE = 0.15
# Clusters refuse a query of more than 1 024 clauses.
_MAX_STEMS = 240

ListName = Literal["main", "text", "serving", "exact", "like", "mentioning", "partners"]
Q = TypeVar("Q")


class Algebra(Protocol[Q]):
    """What an engine can say. Words score by BM25, all the rest by constants."""

    def word(self, field: str, word: str, boost: float) -> Q: ...

    def any_of(self, field: str, values: Sequence[str], score: float = 0.0) -> Q: ...

    def everything(self) -> Q: ...

    def sum_of(self, queries: Sequence[Q]) -> Q:
        """Records that match at least one: their scores add up."""
        ...

    def best_of(self, queries: Sequence[Q], tie: float = 0.0) -> Q: ...

    def among(self, query: Q, filters: Sequence[Q], bonuses: Sequence[Q] = ()) -> Q:
        """Records that match the query and every filter; only the query and the bonuses score."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted(Generic[Q]):
    query: Q
    limit: int


class Rings:
    """Constants added by distance, by grid cell: the same sum is found again from a record's coordinates."""

    def __init__(self, center: Coordinates | None) -> None:
        self.levels = [(cells_within(*center, km), score) for km, score in RINGS] if center else []

    def constant(self, lat: float | None, lon: float | None) -> float:
        if not self.levels or lat is None or lon is None:
            return 0.0
        token = cell(lat, lon)
        return sum(score for cells, score in self.levels if token in cells)


def weighing_words(plan: RetrievalPlan) -> list[str]:
    """The words of a name that tell it apart: their rarity is asked of the engine."""
    return [word for word in dict.fromkeys(plan.name_words) if word not in STOP_WORDS]


def lists_of(plan: RetrievalPlan, algebra: Algebra[Q]) -> dict[ListName, Wanted[Q]]:
    return _Lists(plan, algebra).all()


class _Lists(Generic[Q]):
    def __init__(self, plan: RetrievalPlan, algebra: Algebra[Q]) -> None:
        self._plan = plan
        self._say = algebra
        self._filters = list(self._chosen())
        self._bonuses = [
            algebra.any_of("cell", sorted(cells), score) for cells, score in Rings(plan.center).levels if cells
        ]

    def all(self) -> dict[ListName, Wanted[Q]]:
        plan = self._plan
        text, themes, around = self._text(), self._themes(), self._around()
        clauses = [*text, *themes]
        lists: dict[ListName, Wanted[Q]] = {}
        # Nothing typed at all: a place or filters alone list what is there. A number or empty words alone do not.
        if clauses or not (plan.name_words or plan.phone):
            lists["main"] = Wanted(self._scored(clauses, around), plan.limit)
            if around and plan.areas:
                serving = [self._say.any_of("areas", plan.areas)]
                lists["serving"] = Wanted(self._scored(clauses, serving), plan.limit)
            elif not around and text and themes:
                lists["text"] = Wanted(self._scored(text), plan.limit)
        lists |= self._names()
        if clauses and plan.place_stems:
            named = self._say.among(self._say.everything(), [self._in_fields(stem) for stem in plan.place_stems])
            lists["mentioning"] = Wanted(self._scored(clauses, [named]), MEMBER_LIMIT)
        if clauses and plan.organization_id:
            signed = self._say.any_of("partners", (plan.organization_id,))
            lists["partners"] = Wanted(self._scored(clauses, [signed]), MEMBER_LIMIT)
        return lists

    def _text(self) -> list[Q]:
        """One clause for each thing said: synonyms compete, they do not add up."""
        groups = [list(group.items()) for group in self._plan.stems]
        if sum(map(len, groups)) > _MAX_STEMS:
            groups = [group[: max(1, _MAX_STEMS // len(groups))] for group in groups]
        return [self._say.best_of([self._in_fields(*said) for said in group], _TIE) for group in groups]

    def _in_fields(self, stem: str, weight: float = 1.0) -> Q:
        return self._say.sum_of([self._say.word(field, stem, weight * boost) for field, boost in _FIELD_BOOSTS.items()])

    def _themes(self) -> list[Q]:
        """One clause whose score is that of the heaviest code the record carries."""
        own = load_taxonomy().themes
        alike: dict[tuple[str, float], list[str]] = {}
        for code, weight in self._plan.concepts.items():
            if code in bits.code_bits():
                alike.setdefault(("themes" if code in own else "data_inclusion", weight), []).append(code)
        clauses = [self._say.any_of(field, codes, THEME_CONSTANT * weight) for (field, weight), codes in alike.items()]
        return [self._say.best_of(clauses)] if clauses else []

    def _scored(self, clauses: Sequence[Q], filters: Sequence[Q] = ()) -> Q:
        """Records that match any clause and every filter, those near the centre first."""
        wanted = self._say.sum_of(clauses) if clauses else self._say.everything()
        return self._say.among(wanted, [*filters, *self._filters], self._bonuses)

    def _chosen(self) -> Iterator[Q]:
        chosen = self._plan.filters
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
            ("capacity", ("free", "limited") if chosen.free_places else ()),
            ("open_to", ("all",) if chosen.open_to_all else ()),
        ):
            if values:
                yield self._say.any_of(field, values)

    def _around(self) -> list[Q]:
        """Records in reach of the centre, and those that nobody located: they may be near."""
        if self._plan.center is None:
            return []
        cells = sorted(cells_within(*self._plan.center, self._plan.radius_km))
        return [self._say.any_of("cell", [*cells, NOWHERE])]

    def _names(self) -> dict[ListName, Wanted[Q]]:
        """Called exactly what was typed or reached at its number; sharing its words, the rarest counting most."""
        found: dict[ListName, Wanted[Q]] = {}
        exact: list[Q] = []
        if self._plan.name_words:
            exact.append(self._say.any_of("title", [" ".join(self._plan.name_words)]))
        if len(self._plan.phone) >= PHONE_DIGITS:
            exact.append(self._say.any_of("phone", [self._plan.phone[-PHONE_DIGITS:]]))
        if exact:
            found["exact"] = Wanted(self._scored(exact), NAME_LIMIT)
        words = weighing_words(self._plan)
        if words:
            shared = [self._say.word("name_words", word, 1.0) for word in words]
            shared += [self._say.word("commune_words", word, 0.8) for word in words]
            found["like"] = Wanted(self._say.among(self._say.sum_of(shared), self._filters), NAME_LIMIT)
        return found
