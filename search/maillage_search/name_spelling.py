"""A mistyped name, corrected by the names that the directory holds."""

from collections.abc import Callable, Iterator, Sequence

from maillage_search.understanding.spelling import MIN_LENGTH, distance, one_edit_apart

_LONG = 10
# The directory has typing mistakes of its own: a rare word gives way to a much commoner one.
_COMMONER = 20
Terms = Callable[[str], Sequence[tuple[str, int]]]


def closest(word: str, uses: int, terms_with_prefix: Terms) -> str | None:
    """The most used name one edit away with the same first letter; for long words, two edits after the first three."""
    if len(word) < MIN_LENGTH or not word.isalpha():
        return None

    def better(term: str, count: int) -> bool:
        # A word in use that differs by its ending is another form, not a mistake.
        return count > _COMMONER * uses and not (uses and term.startswith(word[:-2]))

    near = [
        (-count, term)
        for prefix in _prefixes(word)
        for term, count in terms_with_prefix(prefix)
        if one_edit_apart(word, term) and better(term, count)
    ]
    if near:
        return min(near)[1]
    if len(word) < _LONG:
        return None
    far = [
        (-count, term)
        for term, count in terms_with_prefix(word[:3])
        if distance(word, term) == 2 and better(term, count)
    ]
    return min(far)[1] if far else None


def _prefixes(word: str) -> Iterator[str]:
    """How the right word may begin: as typed, or when the slip is in the second letter."""
    first, second, third, fourth = word[0], word[1], word[2], word[3]
    yield first + second
    for other in "abcdefghijklmnopqrstuvwxyz":
        if other != second:
            yield first + other + second
            if second != third:
                yield first + other + third
    if third != second:
        yield first + third + fourth
