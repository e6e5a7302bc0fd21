"""Which themes each French word leans towards, for words that the bank never uses.

The table is made by `deploy/data/build_leanings.py`: a linear model over public word vectors, trained on the bank, then
applied to each word once and for all. What is left at run time is to add up the rows of a query's words.
"""

import gzip
import json
import math
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from maillage_search.taxonomy import DATA_DIR

LEANINGS_FILE = DATA_DIR / "word_leanings.gz"
# Chosen by cross-validation: lower, the first theme takes all; higher, all themes look alike.
_TEMPERATURE = 1.3


@dataclass(frozen=True, slots=True)
class Leaning:
    share: float
    """Of all themes, what this one gets: the shares add up to 1."""
    word: str
    """The word of the query that speaks most for it."""


class Leanings:
    """Rows of signed bytes, one number for each theme; words that mean about the same share a row."""

    def __init__(self, themes: Sequence[str], rows: Mapping[str, int], table: bytes) -> None:
        self._themes = tuple(themes)
        self._rows = rows
        self._table = array("b", table)

    def of(self, tokens: Sequence[str], weight: Callable[[str], float]) -> dict[str, Leaning]:
        """Nothing when no word is known. `weight` says how telling a word is."""
        width = len(self._themes)
        sums = [0.0] * width
        told: list[tuple[str, float, array[int]]] = []
        for token in dict.fromkeys(tokens):
            row = self._rows.get(token)
            worth = weight(token) if row is not None else 0.0
            if row is not None and worth:
                numbers = self._table[row * width : (row + 1) * width]
                sums = [total + worth * number for total, number in zip(sums, numbers, strict=True)]
                told.append((token, worth, numbers))
        if not told:
            return {}
        shares = _shares(sums)
        return {
            theme: Leaning(share, max(told, key=lambda one: one[1] * one[2][place])[0])
            for place, (theme, share) in enumerate(zip(self._themes, shares, strict=True))
            if share * width > 1
        }


def _shares(sums: Sequence[float]) -> list[float]:
    mean = sum(sums) / len(sums)
    spread = math.sqrt(sum((one - mean) ** 2 for one in sums) / len(sums)) or 1.0
    raised = [math.exp((one - mean) / (spread * _TEMPERATURE)) for one in sums]
    total = sum(raised)
    return [one / total for one in raised]


@lru_cache(maxsize=1)
def load_leanings() -> Leanings:
    with gzip.open(LEANINGS_FILE) as file:
        head = json.loads(file.readline())
        rows = {word: row for row in range(head["rows"]) for word in file.readline().decode("ascii").split()}
        table = file.read()
    return Leanings(head["themes"], rows, table)
