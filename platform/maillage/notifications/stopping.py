"""The link that ends the mails of some kinds for one person, and can do nothing else (RFC 8058). Pure.

It is in every mail that may be refused, so it holds all that it needs: whose mails, which kinds, since when. Kinds are
marks under the key of the instance: a name in an address would say what the mail left unsaid.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from typing import Final
from uuid import UUID

from itsdangerous import BadSignature, Signer

from maillage.notifications import kinds
from maillage.notifications.kinds import NoticeKind

LASTS: Final = timedelta(days=730)  # people keep mails, and stop reading them long before
MARK: Final = 6
EPOCH: Final = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Stop:
    """What such a link asks for."""

    user_id: UUID
    kinds: tuple[NoticeKind, ...]


def token(key: str, user_id: UUID, codes: Iterable[str], today: date) -> str:
    marks = "".join(_mark(key, code) for code in dict.fromkeys(codes))
    said = f"{user_id.hex}.{(today - EPOCH).days:x}.{marks}"
    return _signer(key).sign(said).decode()


def read(key: str, given: str, today: date) -> Stop | None:
    """None for a link that was altered, is too old, or was never ours."""
    try:
        said = _signer(key).unsign(given).decode()
    except BadSignature:
        return None
    user, since, marks = said.split(".")
    if today - EPOCH - timedelta(days=int(since, 16)) > LASTS:
        return None
    asked = {marks[at : at + MARK] for at in range(0, len(marks), MARK)}
    return Stop(UUID(user), tuple(kind for kind in kinds.optional_kinds() if _mark(key, kind.code) in asked))


@cache
def _mark(key: str, code: str) -> str:
    return Signer(key, salt="kind of notice", digest_method=sha256).get_signature(code).decode()[:MARK]


def _signer(key: str) -> Signer:
    return Signer(key, salt="end of mails", digest_method=sha256)
