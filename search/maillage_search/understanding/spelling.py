"""Spelling, for words of five letters or more: a table of forms with one letter less; nothing is scanned."""

from collections import defaultdict
from collections.abc import Iterable

MIN_LENGTH = 5
_LONG = 9


def _without_one(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def distance(left: str, right: str, limit: int = 2) -> int:
    """Edits between two words (swapped neighbours count once), or more than `limit`."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    above = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before, above = above, row
    return min(above[-1], limit + 1)


def one_edit_apart(left: str, right: str) -> bool:
    """Whether one letter is missing, added, wrong or swapped with its neighbour: for scanning many words."""
    if abs(len(left) - len(right)) > 1 or left == right:
        return False
    start = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        start += 1
    l_rest, r_rest = left[start:], right[start:]
    return (
        l_rest[1:] == r_rest[1:]
        or l_rest[1:] == r_rest
        or l_rest == r_rest[1:]
        or (l_rest[:2] == r_rest[1::-1] and l_rest[2:] == r_rest[2:])
    )


class Speller:
    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._known = {word for word in vocabulary if len(word) >= MIN_LENGTH and word.isalpha()}
        self._deletes: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._known):
            for form in _without_one(word):
                self._deletes[form].append(word)

    def correct(self, word: str) -> str | None:
        """The one known word at a single edit (two for long words); None when known, unknown, or between near twins."""
        if len(word) < MIN_LENGTH or word in self._known or not word.isalpha():
            return None
        forms = _without_one(word)
        candidates = set(self._deletes.get(word, ()))
        for form in forms:
            candidates.update(self._deletes.get(form, ()))
            if form in self._known:
                candidates.add(form)
        limit = 2 if len(word) >= _LONG else 1
        ranked = sorted((distance(word, other, limit), other) for other in candidates)
        ranked = [pair for pair in ranked if pair[0] <= limit and pair[1][0] == word[0]]
        if not ranked:
            return None
        best = [other for edits, other in ranked if edits == ranked[0][0]]
        # Inflections of one word are no twins.
        same_word = all(other[:-2] == best[0][:-2] or other.startswith(best[0]) for other in best)
        return best[0] if same_word else None
