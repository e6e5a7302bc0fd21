"""Keyset paging: the next page starts after the last row shown, however many came in meanwhile."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    rows: Sequence[T]
    next: str | None


def encode_cursor(*key: str | int | float) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode_cursor(text: str | None, size: int) -> tuple[Any, ...] | None:
    """The key in a cursor; None for no cursor or one that is not ours: the list then starts at its beginning."""
    if not text:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        return None
    return tuple(key) if isinstance(key, list) and len(key) == size else None
