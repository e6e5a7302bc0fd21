"""Short addresses of records, for paper and for mails: the id in 22 characters, nothing to store and nothing secret."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID


def shorten(service_id: UUID) -> str:
    return urlsafe_b64encode(service_id.bytes).decode().rstrip("=")


def lengthen(text: str) -> UUID | None:
    """The id behind a short address; None when it is none."""
    try:
        found = UUID(bytes=urlsafe_b64decode(text.encode("ascii") + b"=="))
    except ValueError:
        return None
    return found if shorten(found) == text else None
