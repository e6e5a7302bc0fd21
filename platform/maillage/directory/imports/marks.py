"""The mark of a row as a file has it: one that bears the mark of its last import is skipped, hardly looked at.

The mark also covers the rules that make a record of a row. They are taken from the code and the data themselves, since
a number to be raised by hand would one day be forgotten, and records of older rules kept for good.
"""

import hashlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import maillage_search
from maillage.directory import vocabulary
from maillage_search.taxonomy import DATA_DIR

_SIZE = 16
_READERS = ("text.py", "places.py", "place_data.py", "taxonomy.py")
_DATA = ("taxonomy.json", "communes.csv.gz", "areas.csv.gz")


def marker(format: str) -> Callable[[str], str]:
    """What gives the mark of a row of this format."""
    start = hashlib.blake2b(format.encode() + _rules(), digest_size=_SIZE)

    def mark(said: str) -> str:
        one = start.copy()
        one.update(said.encode("utf-8", "surrogatepass"))
        return one.hexdigest()

    return mark


@lru_cache(maxsize=1)
def _rules() -> bytes:
    return b"".join(hashlib.blake2b(path.read_bytes(), digest_size=_SIZE).digest() for path in _sources())


def _sources() -> Iterator[Path]:
    yield from sorted(Path(__file__).parent.glob("*.py"))
    yield Path(vocabulary.__file__)
    yield from (Path(maillage_search.__file__).parent / name for name in _READERS)
    yield from (DATA_DIR / name for name in _DATA)
