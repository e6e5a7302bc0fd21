"""The directory's words as a cluster tells them: asked once, remembered a while."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from maillage_search.elastic.queries import Body, count, holding
from maillage_search.fields import PHONE_DIGITS
from maillage_search.lists import SHARED_BY
from maillage_search.name_spelling import closest
from maillage_search.understanding.spelling import MIN_LENGTH

_REMEMBERED_SECONDS, _MOST_REMEMBERED = 60.0, 5000
_NEIGHBOURS = 50
# Looking for neighbours costs more with each letter, and nothing is named so.
_LONGEST = 40
Ask = Callable[[Sequence[Body]], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class _Uses:
    until: float
    names: int
    communes: int
    texts: int
    neighbours: tuple[tuple[str, int], ...]
    """Names spelled nearly so, and how many records have them."""


class ClusterWords:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._known: dict[str, _Uses] = {}

    def forget(self) -> None:
        self._known.clear()

    def knows(self, word: str) -> bool:
        uses = self._uses(word)
        return bool(uses.names or uses.communes or uses.texts >= SHARED_BY)

    def correct(self, word: str) -> str | None:
        uses = self._uses(word)
        return closest(
            word, max(uses.names, uses.texts), lambda prefix: [n for n in uses.neighbours if n[0].startswith(prefix)]
        )

    def knows_phone(self, digits: str) -> bool:
        if len(digits) < PHONE_DIGITS:
            return False
        return bool(total(self._ask([count(holding("phone", digits[-PHONE_DIGITS:]))])[0]))

    def _uses(self, word: str) -> _Uses:
        now = time.monotonic()
        known = self._known.get(word)
        if known is None or known.until < now:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            known = self._known[word] = self._look_up(word, now + _REMEMBERED_SECONDS)
        return known

    def _look_up(self, word: str, until: float) -> _Uses:
        bodies = [count(holding(field, word)) for field in ("name_words", "commune_words", "text_words")]
        if MIN_LENGTH <= len(word) <= _LONGEST and word.isalpha():
            bodies[0]["suggest"] = {"near": {"text": word, "term": _neighbours()}}
        answers = self._ask(bodies)
        near = answers[0].get("suggest", {}).get("near", [])
        neighbours = tuple((option["text"], option["freq"]) for one in near for option in one["options"])
        names, communes, texts = map(total, answers)
        return _Uses(until, names, communes, texts, neighbours)


def total(answer: dict[str, Any]) -> int:
    return int(answer["hits"]["total"]["value"])


def _neighbours() -> dict[str, Any]:
    return {
        "field": "name_words",
        "suggest_mode": "always",
        "max_edits": 2,
        "prefix_length": 1,
        "min_word_length": MIN_LENGTH,
        "size": _NEIGHBOURS,
        "shard_size": _NEIGHBOURS,
        "max_term_freq": 2**31 - 1,
        "string_distance": "damerau_levenshtein",
    }
