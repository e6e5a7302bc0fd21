"""The lists that an engine brought, merged into candidates whose text score is the words' own."""

from collections.abc import Iterable, Mapping, Sequence
from math import log
from typing import Generic, NamedTuple, TypeVar, get_args

from maillage_search import bits
from maillage_search.lists import THEME_CONSTANT, ListName, Rings
from maillage_search.port import Candidate, RetrievalPlan

K = TypeVar("K")
_SCORED: tuple[ListName, ...] = ("main", "serving", "text", "mentioning")


class Record(NamedTuple):
    """The numbers of a record, as an engine keeps them."""

    key: int
    group: int
    facts: int
    lat: float | None
    lon: float | None
    concept_bits: int


class Gathering(Generic[K]):
    """`K` is how an engine tells records apart within one retrieval. Lists are best first, with their scores."""

    def __init__(self, plan: RetrievalPlan, lists: Mapping[ListName, Sequence[tuple[float, K]]]) -> None:
        self._plan = plan
        self._rings = Rings(plan.center)
        self._masks = bits.weighted(plan.concepts)
        self._scores: dict[K, float] = {}
        self._themed: set[K] = set()
        self._scored: set[K] = set()
        for name in _SCORED:
            self._add(lists.get(name, ()), themed=name != "text")
        members = {name: {key for _, key in lists.get(name, ())} for name in get_args(ListName)}
        self._serving, self._floor = members["serving"], self._serving_floor(lists.get("serving"))
        self._mentioning, self._partners = members["mentioning"], members["partners"]
        self._name_only = members["like"].difference(*(members[name] for name in ("exact", "main", "serving", "text")))
        self.exact_names = len(members["exact"])
        self.named = members["exact"] | members["like"]
        for key in (key for name in ("exact", "like") for _, key in lists.get(name, ())):
            # Found by name alone: the words' score is nil, and no constant was added.
            self._scores.setdefault(key, 0.0)

    @property
    def keys(self) -> list[K]:
        return list(self._scores)

    def candidate(self, key: K, record: Record, ref: object, label: str) -> Candidate:
        score = self._scores[key]
        served = True if key in self._serving else (False if self._plan.areas and score > self._floor else None)
        if key in self._themed:
            score -= THEME_CONSTANT * bits.best_weight(record.concept_bits, self._masks)
        if key in self._scored:
            score -= self._rings.constant(record.lat, record.lon)
        return Candidate(
            ref=ref,
            key=record.key,
            text=max(0.0, score),
            concept_bits=record.concept_bits,
            lat=record.lat,
            lon=record.lon,
            group=record.group,
            facts=record.facts,
            serves_place=served,
            mentions_place=key in self._mentioning,
            partner=key in self._partners,
            name_only=key in self._name_only,
            name=label if key in self.named else "",
        )

    def _add(self, found: Iterable[tuple[float, K]], *, themed: bool) -> None:
        """Keep scored records; a score that holds the themes' constant says more than one of words alone."""
        for score, key in found:
            if key not in self._scores or (themed and key not in self._themed):
                self._scores[key] = score
                self._scored.add(key)
                if themed:
                    self._themed.add(key)

    def _serving_floor(self, serving: Sequence[tuple[float, K]] | None) -> float:
        """The score under which the list of those who serve the place says nothing more."""
        if serving is None:
            return float("inf")
        return serving[-1][0] if len(serving) >= self._plan.limit else 0.0


def rarity(total: int, uses: int) -> float:
    """How telling a name word is."""
    return log(1 + total / (1 + uses))
