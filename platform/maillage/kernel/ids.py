"""Identifiers. An id names a thing; it is never a secret and never an authorisation."""

import secrets
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Time-ordered UUIDv7: index-friendly keys that may be chosen before the insert."""
    return uuid7()


def new_secret() -> str:
    """256 random bits, URL-safe: what a session, a link or a token is made of. Only its hash is stored."""
    return secrets.token_urlsafe(32)


def parse_id(text: str) -> UUID | None:
    """The UUID written in `text`, or None: an unreadable id is an unknown id."""
    try:
        return UUID(text)
    except (ValueError, AttributeError, TypeError):
        return None
