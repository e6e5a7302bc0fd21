"""Keyset paging: the next page starts after the last row shown, however many came in meanwhile."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from maillage.kernel.ids import parse_id

T = TypeVar("T")

LONGEST = 4000
BIGGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    rows: Sequence[T]
    next: str | None


def encode_cursor(*key: str | int | float) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode_cursor(text: str | None, size: int) -> tuple[Any, ...] | None:
    """The key in a cursor; None for no cursor or one that is not ours: the list then starts at its beginning."""
    if not text or len(text) > LONGEST:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):  # brackets in brackets in brackets
        return None
    ours = isinstance(key, list) and len(key) == size and all(map(_can_be_stored, key))
    return tuple(key) if ours else None


def moment_of(written: object) -> datetime | None:
    """The time in a cursor; None for what is none, or lies where no database reaches."""
    try:
        return datetime.fromisoformat(str(written)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def moment_key(text: str | None) -> tuple[datetime, UUID] | None:
    """The time and id in a cursor of a list by time; None as for `decode_cursor`."""
    key = decode_cursor(text, 2)
    return moment_and_id(*key) if key else None


def moment_and_id(moment: object, row_id: object) -> tuple[datetime, UUID] | None:
    at, found = moment_of(moment), parse_id(str(row_id))
    return (at, found) if at is not None and found is not None else None


def _can_be_stored(part: object) -> bool:
    """Whether a database can be asked about it: one that cannot answers with an error, not with a page."""
    if isinstance(part, str):
        return "\0" not in part and not any("\ud800" <= sign <= "\udfff" for sign in part)
    return isinstance(part, int | float) and abs(part) <= BIGGEST
