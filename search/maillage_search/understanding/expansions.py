"""Everyday words and the words that services write for the same thing: found by text, never by theme."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from maillage_search.taxonomy import DATA_DIR
from maillage_search.text import stem

_WEIGHT = 0.45
_PHRASE_WEIGHT = 0.35


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

    def expand(self, words: Iterable[str]) -> dict[str, float]:
        """Other words for these, with their weight; the words themselves are left out."""
        said = [stem(word) for word in words]
        found: dict[str, float] = {}
        for size in (1, 2):
            for start in range(len(said) - size + 1):
                for word, weight in self._same.get(tuple(said[start : start + size]), {}).items():
                    found[word] = max(weight, found.get(word, 0.0))
        return {word: weight for word, weight in found.items() if stem(word) not in said}


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    return Lexicon((DATA_DIR / "lexicon.txt").read_text(encoding="utf-8").splitlines())
