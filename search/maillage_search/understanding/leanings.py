"""Which themes each French word leans towards, for words that the bank never uses.

The table is made by `deploy/data/build_leanings.py`: a linear model over public word vectors, trained on the bank, then
applied to each word once and for all. What is left at run time is to add up the rows of a query's words.
"""

import gzip
import json
import math
import sys
from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import overload

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


class SortedWords(Sequence[str]):
    """Words in one string: a hundred thousand entries of a dictionary would weigh ten times more."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = array("L", accumulate((len(word) + 1 for word in text.split("\n")), initial=0))

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        return self._text[self._starts[place] : self._starts[place + 1] - 1]

    def find(self, word: str) -> int | None:
        place = bisect_left(self, word)
        return place if place < len(self) and self[place] == word else None


class Leanings:
    """Rows of signed bytes, one number for each theme; words that mean about the same share a row."""

    def __init__(self, themes: Sequence[str], words: SortedWords, rows: Sequence[int], table: bytes) -> None:
        self._themes = tuple(themes)
        self._words = words
        self._rows = rows
        self._table = array("b", table)

    def knows(self, word: str) -> bool:
        """Whether this is a word of the language, common or rare."""
        return self._words.find(word) is not None

    def of(self, tokens: Sequence[str], weight: Callable[[str], float]) -> dict[str, Leaning]:
        """Nothing when no word is known. `weight` says how telling a word is."""
        width = len(self._themes)
        sums = [0.0] * width
        told: list[tuple[str, float, array[int]]] = []
        for token in dict.fromkeys(tokens):
            worth = weight(token)
            place = self._words.find(token) if worth else None
            if place is not None:
                row = width * self._rows[place]
                numbers = self._table[row : row + width]
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


def trained_on() -> str:
    """The digest of the bank that the table was made from."""
    with gzip.open(LEANINGS_FILE) as file:
        return str(json.loads(file.readline())["bank"])


@lru_cache(maxsize=1)
def load_leanings() -> Leanings:
    with gzip.open(LEANINGS_FILE) as file:
        head = json.loads(file.readline())
        text = file.read(head["letters"]).decode("ascii")
        row_bytes, table = file.read(2 * head["words"]), file.read()
    rows = array("H", row_bytes)
    if sys.byteorder == "big":
        rows.byteswap()
    return Leanings(head["themes"], SortedWords(text), rows, table)
