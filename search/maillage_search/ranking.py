"""The one ranking, whichever engine brought the candidates: what fits, near, open, fresh, named."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp
from typing import NamedTuple

from maillage_search import bits, facts
from maillage_search.facts import Facts
from maillage_search.geo import haversine_km
from maillage_search.port import Candidate, Coordinates
from maillage_search.text import STOP_WORDS

# A known phrase is a theme; a story is rather found by its words.
THEME_WEIGHT, CERTAIN_THEME_WEIGHT = 0.9, 2.2
TEXT_WEIGHT = 1.3
TEXT_HALF = 14.0
"""The text score worth half of the best: a fixed scale, so that a rank never depends on the other candidates."""
PUBLIC_BONUS = 0.12
NAME_WEIGHT = 3.0
NAME_THRESHOLD = 0.62
CERTAIN, WHOLE_NAME, OTHER_NAME, EXACT_NAME = 0.99, 0.85, 0.93, 1.4
HERE_SHARE = 0.1
"""Between records of one commune that are called so, what is left of how much of the name was said."""
DECAY_KM = 15.0
FAR_FLOOR = 0.15
SERVED_FLOOR = 0.75
MENTIONED_FLOOR = 0.75
UNLOCATED = 0.25
NOT_SERVED = 0.45
ABROAD = 0.6
NOWHERE_KM = 1e6
CAPACITY_LAPSES = dt.timedelta(days=45)
CAPACITY_BONUS = {"free": 0.06, "limited": 0.03, "waiting": -0.04, "full": -0.1, "unknown": 0.0}
FRESH, STALE = dt.timedelta(days=183), dt.timedelta(days=730)
FRESH_BONUS, STALE_MALUS = 0.02, -0.03
PARTNER_BONUS = 0.08
MIN_ANSWER_SAMPLE = 5
QUICK_DAYS, QUICK_BONUS, SLOW_DAYS, SLOW_MALUS = 3.0, 0.03, 15.0, -0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingContext:
    concepts: Mapping[str, float]
    publics: Sequence[str]
    certainty: float
    name_words: Sequence[str]
    word_weights: Mapping[str, float]
    center: Coordinates | None
    near: Coordinates | None
    """The middle of the user's territory: orders equals when no place is asked for."""
    country: str | None
    on: dt.date


@dataclass(slots=True)
class Ranked:
    candidate: Candidate
    score: float
    facts: Facts
    distance_km: float | None
    theme_fit: float
    name_fit: "NameFit"
    reach: float = 1.0
    named: bool = False
    tie_km: float = NOWHERE_KM
    others: list[Candidate] = field(default_factory=list)
    """The same offer elsewhere: one line for all of them."""


def rank(candidates: Iterable[Candidate], context: RankingContext) -> list[Ranked]:
    """Best first, identical offers grouped under their best record; equal scores are settled by distance, then id."""
    scorer = _Scorer(context)
    scored = [scorer.score(candidate) for candidate in candidates]
    _put_names_first(scored, context.certainty)
    ordered = sorted((one for one in scored if one.named or not one.candidate.name_only), key=_order)
    groups: dict[int, Ranked] = {}
    for one in ordered:
        first = groups.setdefault(one.candidate.group, one)
        if first is not one:
            first.others.append(one.candidate)
    return list(groups.values())


def _put_names_first(scored: Sequence[Ranked], certainty: float) -> None:
    """Who types a name wants it first. A kind of service ("garage solidaire") names whom it tells apart only."""
    named = [one for one in scored if one.name_fit.share >= NAME_THRESHOLD or one.name_fit.here]
    if certainty >= CERTAIN:
        named = _told_apart(named)
    for one in named:
        # A name may hold a place that the record is far from: being near only settles between equal names.
        one.score += NAME_WEIGHT * one.name_fit.share * (0.8 + 0.2 * one.reach)
        one.named = True


def _told_apart(named: Sequence[Ranked]) -> list[Ranked]:
    """Those of the commune that is said too ("EHPAD Metz"), and the best of those called so."""
    here = [one for one in named if one.name_fit.here]
    whole = [one for one in named if one.name_fit.share >= WHOLE_NAME and not one.name_fit.here]
    whole.sort(key=lambda one: (-one.score - NAME_WEIGHT * one.name_fit.share, one.candidate.key))
    return [*whole[:1], *here]


def _order(one: Ranked) -> tuple[float, float, int]:
    return (-round(one.score, 6), round(one.tie_km, 3), one.candidate.key)


class _Scorer:
    def __init__(self, context: RankingContext) -> None:
        self._context = context
        self._masks = bits.weighted(context.concepts)
        self._theme_weight = THEME_WEIGHT + (CERTAIN_THEME_WEIGHT - THEME_WEIGHT) * context.certainty
        self._publics = bits.mask_of(map(bits.public_code, context.publics))
        self._name = NameRoute(context.name_words, context.word_weights)

    def score(self, candidate: Candidate) -> Ranked:
        known = facts.unpack(candidate.facts)
        theme = bits.best_weight(candidate.concept_bits, self._masks)
        text = candidate.text / (candidate.text + TEXT_HALF)
        name = self._name.fit(candidate.name) if candidate.name else NO_NAME
        distance = self._distance(candidate, self._context.center)
        tie = distance if self._context.center else self._distance(candidate, self._context.near)
        relevance = self._theme_weight * theme + TEXT_WEIGHT * text
        if self._publics and candidate.concept_bits & self._publics:
            relevance += PUBLIC_BONUS
        relevance *= 1 + self._standing(candidate, known)
        reach = self._reach(candidate, known, distance)
        return Ranked(
            candidate,
            relevance * reach,
            known,
            distance,
            theme,
            name,
            reach,
            tie_km=NOWHERE_KM if tie is None else tie,
        )

    def _distance(self, candidate: Candidate, origin: Coordinates | None) -> float | None:
        if origin is None or candidate.lat is None or candidate.lon is None:
            return None
        return haversine_km(*origin, candidate.lat, candidate.lon)

    def _reach(self, candidate: Candidate, known: Facts, distance: float | None) -> float:
        """How well the service reaches the place: by being near, or by coming there."""
        if self._context.center is None:
            abroad = self._context.country and known.country and known.country != self._context.country
            return ABROAD if abroad else 1.0
        if distance is None:
            near = UNLOCATED
        else:
            near = FAR_FLOOR + (1 - FAR_FLOOR) * exp(-distance / DECAY_KM)
        if candidate.mentions_place:
            near = max(near, MENTIONED_FLOOR)
        if candidate.serves_place:
            return max(near, SERVED_FLOOR)
        if candidate.serves_place is False and known.has_areas:
            return near * NOT_SERVED
        return near

    def _standing(self, candidate: Candidate, known: Facts) -> float:
        """Small nudges between services that fit alike: places, freshness, agreement, answering habits."""
        nudge = PARTNER_BONUS if candidate.partner else 0.0
        nudge += CAPACITY_BONUS[known.capacity] if capacity_is_current(known, self._context.on) else 0.0
        if known.verified_on:
            age = self._context.on - known.verified_on
            nudge += FRESH_BONUS if age <= FRESH else STALE_MALUS if age > STALE else 0.0
        if has_answering_habit(known):
            days = known.answer_median_days or 0.0
            nudge += QUICK_BONUS if days <= QUICK_DAYS else SLOW_MALUS if days > SLOW_DAYS else 0.0
        return nudge


def capacity_is_current(known: Facts, on: dt.date) -> bool:
    """What a service said of its places is true for a while only."""
    return known.capacity_on is not None and dt.timedelta(0) <= on - known.capacity_on <= CAPACITY_LAPSES


def has_answering_habit(known: Facts) -> bool:
    return known.answer_median_days is not None and known.answer_sample >= MIN_ANSWER_SAMPLE


class NameFit(NamedTuple):
    share: float
    """Most for the very name, less for another name of the organisation or for parts of them."""
    here: bool = False
    """Every word that was typed is of its names or its commune, and both are said."""


NO_NAME = NameFit(0.0)


class NameRoute:
    """How much the query reads as this record's name: all of it said, and little else in the name."""

    def __init__(self, words: Sequence[str], weights: Mapping[str, float]) -> None:
        self._whole = " ".join(words)
        self._weights = dict(weights)
        self._total = sum(self._weights.values())

    def fit(self, label: str) -> NameFit:
        name, others, commune = [*label.split("\n"), "", ""][:3]
        if not self._whole or not self._total:
            return NO_NAME
        share = self._share(name, others.split(" / "), commune)
        here = self._is_here({*name.split(), *others.split()}, set(commune.split()))
        return NameFit(max(share, WHOLE_NAME + HERE_SHARE * share) if here else share, here)

    def _share(self, name: str, others: Sequence[str], commune: str) -> float:
        if self._whole == name:
            return EXACT_NAME
        if self._whole in others:
            return OTHER_NAME
        return max(self._partial(name, commune), *(0.9 * self._partial(other, commune) for other in others))

    def _is_here(self, names: set[str], commune: set[str]) -> bool:
        said = self._weights.keys()
        return bool(commune) and commune - STOP_WORDS <= said <= names | commune and bool(said & names - commune)

    def _partial(self, name: str, commune: str) -> float:
        words = name.split()
        if not words:
            return 0.0
        here = {*words, *commune.split()}
        said = sum(weight for word, weight in self._weights.items() if word in here) / self._total
        named = [word for word in words if len(word) > 2]
        shared = sum(len(word) for word in named if word in self._weights)
        whole = sum(len(word) for word in named) or 1
        if not shared:
            return 0.0
        return said**2 * (0.6 + 0.38 * shared / whole)
