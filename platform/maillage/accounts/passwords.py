"""Password hashes: argon2id, at most two at a time so that a crowd at the door cannot exhaust the memory."""

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_gate = BoundedSemaphore(2)
_hasher = PasswordHasher(parallelism=1)
_decoy = ""


def configure(*, memory_kib: int, time: int) -> None:
    """Set the cost of a hash; the composition root calls it once."""
    global _hasher, _decoy
    _hasher = PasswordHasher(time_cost=time, memory_cost=memory_kib, parallelism=1)
    _decoy = _hasher.hash("nobody’s password")


def hashed(password: str) -> str:
    with _gate:
        return _hasher.hash(password)


def matches(stored: str | None, typed: str) -> bool:
    """Whether `typed` is the password behind `stored`. No hash costs as much time as a wrong password does."""
    with _gate:
        try:
            return _hasher.verify(stored or _decoy, typed) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(stored: str) -> bool:
    """Whether the hash was made with another cost than today's."""
    return _hasher.check_needs_rehash(stored)
