"""Strings that must turn up nowhere, and how they look wherever bytes are kept."""

import base64
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import quote

MARK = "zqvcanarié"
"""Begins every canary. Its accent is what tells the encodings apart."""


@dataclass
class Canaries:
    """Canaries planted so far, each different, none guessable from what people type."""

    random: Random
    planted: list[str] = field(default_factory=list)

    def plant(self, before: str = "", after: str = "") -> str:
        text = before + MARK + "".join(self.random.choices("bcdfghjklmnprstvwx", k=12)) + after
        self.planted.append(text)
        return text

    def tell(self, before: str) -> str:
        """Words for a long field: four canaries, one after another."""
        return " ; ".join(self.plant(before) for _ in range(4))


def looks_of(text: str) -> set[bytes]:
    """The bytes of a text in six encodings; in base64 at each of three offsets, less what its neighbours change."""
    plain = text.encode()
    found = {plain, text.encode("utf-16-le"), plain.hex().encode(), plain.hex().upper().encode()}
    found |= {quote(text).encode(), json.dumps(text)[1:-1].encode()}
    for offset in range(3):
        padded = base64.b64encode(bytes(offset) + plain)
        found.add(padded[(0, 2, 3)[offset] : -4].rstrip(b"="))
    return found


def found_in(blob: bytes, texts: Iterable[str]) -> list[str]:
    """Which of the texts the bytes hold. The mark is looked for first: without it there is none."""
    if not any(look in blob for look in looks_of(MARK[:-1])):
        return []
    return [text for text in texts if any(look in blob for look in looks_of(text))] or [MARK]


def files_under(*folders: Path) -> Iterator[tuple[str, bytes]]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield str(path), path.read_bytes()


def inflated(blob: bytes) -> bytes:
    """What a job of RQ says, which it packs."""
    try:
        return zlib.decompress(blob)
    except zlib.error:
        return blob
