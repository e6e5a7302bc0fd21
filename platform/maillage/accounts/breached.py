"""The host's own list of breached passwords, searched on disk: the list may be larger than the memory.

Its format is that of Have I Been Pwned's file « ordered by hash »: lines `SHA1` or `SHA1:count`, in capitals, in order.
"""

import hashlib
import re
from pathlib import Path
from typing import BinaryIO, Final

_LINE: Final = re.compile(rb"[0-9A-F]{40}(:\d+)?\r?\n?")


class BreachedPasswords:
    def __init__(self, path: Path) -> None:
        """Raises ValueError on what is not such a list."""
        self.path = path
        try:
            with path.open("rb") as lines:
                first = lines.readline(80)
        except OSError as error:
            raise ValueError(f"the list of breached passwords {path.name} cannot be read") from error
        if not _LINE.fullmatch(first):
            raise ValueError(f"{path.name} is not a list of SHA-1 digests in capitals, in order")

    def __contains__(self, password: object) -> bool:
        wanted = hashlib.sha1(str(password).encode(), usedforsecurity=False).hexdigest().upper().encode()
        with self.path.open("rb") as lines:
            low, high = 0, self.path.stat().st_size
            while low < high:
                middle = (low + high) // 2
                start, line = _line_from(lines, middle)
                if line[:40] == wanted:
                    return True
                if line and line[:40] < wanted:
                    low = start + len(line)
                else:
                    high = middle
        return False


def _line_from(lines: BinaryIO, position: int) -> tuple[int, bytes]:
    """The first line that begins at `position` or after, and where; empty at the end."""
    lines.seek(max(position - 1, 0))
    if position:
        lines.readline()
    start = lines.tell()
    return start, lines.readline()
