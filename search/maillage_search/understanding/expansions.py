"""Everyday words and the words that services write for the same thing: found by text, never by theme."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from maillage_search.taxonomy import DATA_DIR
from maillage_search.text import stem

_WEIGHT = 0.6
_PHRASE_WEIGHT = 0.45


class Lexicon:
    def __init__(self, lines: Iterable[str]) -> None:
        self._same: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
        self.vocabulary: set[str] = set()
        for line in lines:
            if line.strip() and not line.startswith("#"):
                left, _, right = line.partition(">")
                self._add(left.split(), right.split())

    def _add(self, left: list[str], right: list[str]) -> None:
        for said in left:
            key = tuple(stem(word) for word in said.split("-"))
            for other in right or left:
                parts = other.split("-")
                weight = _WEIGHT if len(parts) == 1 else _PHRASE_WEIGHT
                if other != said:
                    for word in parts:
                        self._same[key][word] = max(weight, self._same[key].get(word, 0.0))
        self.vocabulary.update(word for group in (left, right) for said in group for word in said.split("-"))

    def expand(self, words: Sequence[str]) -> dict[str, dict[str, float]]:
        """For each word that has some, the others that say the same. A pair's synonyms go with its last word."""
        said = [stem(word) for word in words]
        found: dict[str, dict[str, float]] = {}
        for size in (1, 2):
            for start in range(len(said) - size + 1):
                others = self._same.get(tuple(said[start : start + size]), {})
                kept = {word: weight for word, weight in others.items() if stem(word) not in said}
                if kept:
                    found.setdefault(words[start + size - 1], {}).update(kept)
        return found


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    return Lexicon((DATA_DIR / "lexicon.txt").read_text(encoding="utf-8").splitlines())
