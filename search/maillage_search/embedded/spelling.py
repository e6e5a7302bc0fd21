"""A mistyped name, corrected by the names that the directory holds."""

from collections.abc import Callable, Sequence

from maillage_search.understanding.spelling import MIN_LENGTH, distance

_LONG = 10
# The directory has typing mistakes of its own: a rare word gives way to a much commoner one.
_COMMONER = 20


def closest(word: str, uses: int, terms_with_prefix: Callable[[str], Sequence[tuple[str, int]]]) -> str | None:
    """The nearest name, then the most used, one edit away (two for long words) with the same first letter."""
    if len(word) < MIN_LENGTH or not word.isalpha():
        return None
    limit = 2 if len(word) >= _LONG else 1
    for prefix in (word[:3], word[:1]):
        near = [
            (edits, -count, term)
            for term, count in terms_with_prefix(prefix)
            if count > _COMMONER * uses
            # A word in use that differs by its ending is another form, not a mistake.
            and not (uses and term.startswith(word[:-2]))
            and abs(len(term) - len(word)) <= limit
            and 0 < (edits := distance(word, term, limit)) <= limit
        ]
        if near:
            return min(near)[2]
    return None
