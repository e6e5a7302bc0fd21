"""Which themes a wording resembles: dictionary entries, taxonomy labels and the bank of situations as small documents.

Three views are added up. The nearest documents explain ("proche de « … »") and catch set phrases; the habits of each
word (how its occurrences spread over themes) catch wordings that nobody wrote down; the leanings of words used alike
elsewhere catch words that the bank does not hold.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from itertools import pairwise
from operator import itemgetter

from maillage_search.taxonomy import load_taxonomy
from maillage_search.text import STOP_WORDS, stem, word_set, words
from maillage_search.understanding.bank import Situation, load_situations
from maillage_search.understanding.dictionary import load_entries
from maillage_search.understanding.leanings import Leaning, Leanings, load_leanings

# Words that stop lists drop but that situations are told with.
_KEPT = word_set("plus pas ne ni sans seul hors trop peu rien jamais moi")
_DROPPED = STOP_WORDS - _KEPT
# Said in every story, whatever it is about.
_EVERYDAY = word_set(
    """
    dit dire disent passe passer met mettre prend prendre vient venir aller sort sortir rentre rester reste donne
    laisse tient envoie veulent vouloir demande demander parle parler arrive arriver sait savoir peux jour jours fois
    toujours chose choses homme femme monsieur madame dame personne personnes an ans fils fille filles mere pere maman
    papa enfant enfants petit petite petits gens encore avoir tout rien quelqu temps mois semaine semaines annee
    annees depuis seul seule grand grande voit voir faut jamais perd devient commence finit garde trouve perdu nouveau
    vieux vieille
    """
)
_EVERYDAY_WEIGHT = 0.5
_FORM_WEIGHT = 0.6
_DOUBT = 0.5
_NEAREST = 60
_NEIGHBOURS = 4
_PAIR_WEIGHT, _GAP_PAIR_WEIGHT = 0.8, 0.6
_CHANCE = 0.15
_FAINT = 0.04
_GRAM_WEIGHT = 0.35
_GRAM = 5
_DESCRIPTION_WEIGHT = 0.7
_CUE_WEIGHT = 0.7
_SECOND_THEME_WEIGHT = 0.5
_LEANING_WEIGHT = 2.0
# How telling a word is that the bank does not hold: about as much as one that three themes use.
_UNSEEN_WEIGHT = 2.5


@dataclass(frozen=True, slots=True)
class Phrase:
    theme: str
    text: str
    weight: float = 1.0
    spelt: bool = True
    """False for the spelling of text messages, which is no example to correct others by."""


@dataclass(frozen=True, slots=True)
class Resemblance:
    theme: str
    score: float
    nearest: str


def features(tokens: Sequence[str]) -> dict[str, float]:
    """Words, their stems, pairs of words side by side or with one between, and beginnings of long words.

    A pair tells what an object is named for: "rien … frigo" is hunger where "frigo" alone is a kitchen.
    """
    kept = [token for token in tokens if token not in _DROPPED]
    found: dict[str, float] = {}
    for token in kept:
        one = stem(token)
        weight = _EVERYDAY_WEIGHT if token in _EVERYDAY or token in _KEPT else 1.0
        found[f"{token.rstrip('sx')}="] = weight * _FORM_WEIGHT
        found[one] = max(weight, found.get(one, 0.0))
        if len(one) > _GRAM:
            found[f"{one[:_GRAM]}~"] = weight * _GRAM_WEIGHT
    said = [stem(token) for token in kept]
    for left, right in pairwise(said):
        found[f"{left} {right}"] = _PAIR_WEIGHT
    for left, right in zip(said, said[2:], strict=False):
        found.setdefault(f"{left} {right}", _GAP_PAIR_WEIGHT)
    return found


class ConceptIndex:
    """Weights are computed once; a query touches only the postings of its own words."""

    def __init__(self, phrases: Iterable[Phrase], leanings: Leanings | None = None) -> None:
        self._phrases = list(phrases)
        self._leanings = leanings
        said = [words(phrase.text) for phrase in self._phrases]
        self.vocabulary = {
            token for phrase, spoken in zip(self._phrases, said, strict=True) if phrase.spelt for token in spoken
        }
        vectors = [features(spoken) for spoken in said]
        holders: dict[str, list[int]] = {}
        for number, vector in enumerate(vectors):
            for feature in vector:
                holders.setdefault(feature, []).append(number)
        sizes = Counter(phrase.theme for phrase in self._phrases)
        # Big themes must not own every word: each theme's phrases share one vote, softened.
        votes = [phrase.weight / math.sqrt(sizes[phrase.theme]) for phrase in self._phrases]
        self._habits = {feature: self._habit(numbers, votes) for feature, numbers in holders.items()}
        self._idf = {
            feature: self._telling(len(numbers), len(self._habits[feature]), len(sizes))
            for feature, numbers in holders.items()
        }
        self._postings: dict[str, list[tuple[int, float]]] = {feature: [] for feature in holders}
        for number, vector in enumerate(vectors):
            weighted = {feature: weight * self._idf[feature] for feature, weight in vector.items()}
            norm = math.sqrt(sum(weight * weight for weight in weighted.values())) or 1.0
            worth = self._phrases[number].weight / norm
            for feature, weight in weighted.items():
                self._postings[feature].append((number, weight * worth))

    @staticmethod
    def _telling(uses: int, themes: int, total: int) -> float:
        """Telling is what few themes use; what was seen once may be chance."""
        return math.log(1 + total / themes) * uses / (uses + _DOUBT)

    def _habit(self, numbers: Sequence[int], votes: Sequence[float]) -> list[tuple[str, float]]:
        """The themes that a word favours, as the share of its occurrences above chance."""
        counts: dict[str, float] = {}
        for number in numbers:
            theme = self._phrases[number].theme
            counts[theme] = counts.get(theme, 0.0) + votes[number]
        mass = sum(counts.values()) + _CHANCE
        return [(theme, count / mass) for theme, count in counts.items()]

    def weight(self, token: str) -> float:
        """How telling a word is, whether or not the bank holds it."""
        if token in _DROPPED or token.isdigit():
            return 0.0
        share = _EVERYDAY_WEIGHT if token in _EVERYDAY or token in _KEPT else 1.0
        return share * self._idf.get(stem(token), _UNSEEN_WEIGHT)

    def themes_told_with(self, token: str) -> int:
        return len(self._habits.get(stem(token), ()))

    def resemblances(self, tokens: Sequence[str], limit: int = 6) -> list[Resemblance]:
        query = {f: w * self._idf[f] for f, w in features(tokens).items() if f in self._idf}
        # A lone known word among strangers must not speak for the whole query.
        strange = [self.weight(token) for token in dict.fromkeys(tokens) if stem(token) not in self._idf]
        weights = [*query.values(), *strange]
        norm = math.sqrt(sum(weight * weight for weight in weights)) or 1.0
        near = self._nearest(query, norm)
        leanings = self._leanings.of(tokens, self.weight) if self._leanings else {}
        scores = self._habit_scores(query, sum(weights))
        for theme, (score, _) in near.items():
            scores[theme] = scores.get(theme, 0.0) + score
        for theme, leaning in leanings.items():
            scores[theme] = scores.get(theme, 0.0) + _LEANING_WEIGHT * leaning.share
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]
        return [Resemblance(theme, score, _because(theme, near, leanings)) for theme, score in ranked]

    def _nearest(self, query: Mapping[str, float], norm: float) -> dict[str, tuple[float, str]]:
        similar: dict[int, float] = {}
        for feature, weight in query.items():
            for number, other in self._postings[feature]:
                similar[number] = similar.get(number, 0.0) + weight * other
        ranked = nlargest(_NEAREST, similar.items(), key=itemgetter(1))
        found: dict[str, list[float]] = defaultdict(list)
        best: dict[str, str] = {}
        for number, score in ranked:
            phrase = self._phrases[number]
            found[phrase.theme].append(score / norm)
            best.setdefault(phrase.theme, phrase.text)
        return {
            theme: (sum(s * 0.5**rank for rank, s in enumerate(scores[:_NEIGHBOURS])) / 1.875, best[theme])
            for theme, scores in found.items()
        }

    def _habit_scores(self, query: Mapping[str, float], total: float) -> dict[str, float]:
        scores: dict[str, float] = defaultdict(float)
        for feature, weight in query.items():
            for theme, share in self._habits[feature]:
                if share > _FAINT:
                    scores[theme] += weight * share / total
        return scores


def _because(theme: str, near: Mapping[str, tuple[float, str]], leanings: Mapping[str, Leaning]) -> str:
    if theme in near:
        return near[theme][1]
    return leanings[theme].word if theme in leanings else ""


def bank_phrases(bank: Iterable[Situation]) -> Iterable[Phrase]:
    """What is learned from: the bank, the taxonomy's labels and descriptions, the dictionary's entries."""
    for situation in bank:
        spelt = situation.form != "text"
        weight = _CUE_WEIGHT if situation.form == "cues" else 1.0
        for theme in situation.themes:
            yield Phrase(theme, situation.text, weight, spelt)
            weight *= _SECOND_THEME_WEIGHT
    yield from _wordings()


def _wordings() -> Iterable[Phrase]:
    for term in load_taxonomy().themes:
        for label in set(term.labels.values()):
            yield Phrase(term.code, label)
        yield Phrase(term.code, term.description, _DESCRIPTION_WEIGHT)
    for entry in load_entries():
        if entry.theme:
            for wording in (entry.term, *entry.expansions):
                yield Phrase(entry.theme, wording)


@lru_cache(maxsize=1)
def load_concepts() -> ConceptIndex:
    return ConceptIndex(bank_phrases(load_situations()), load_leanings())
