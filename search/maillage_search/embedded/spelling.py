"""A mistyped name, corrected by the names that the directory holds."""

from collections.abc import Callable, Sequence

from maillage_search.understanding.spelling import MIN_LENGTH, distance

_LONG = 8


def closest(word: str, terms_with_prefix: Callable[[str], Sequence[tuple[str, int]]]) -> str | None:
    """The most used name one edit away (two for long words), sharing its first letters; else its first letter alone."""
    if len(word) < MIN_LENGTH or not word.isalpha():
        return None
    limit = 2 if len(word) >= _LONG else 1
    for prefix in (word[:3], word[:1]):
        near = [
            (edits, -count, term)
            for term, count in terms_with_prefix(prefix)
            if abs(len(term) - len(word)) <= limit and (edits := distance(word, term, limit)) <= limit
        ]
        if near:
            return min(near)[2]
    return None
