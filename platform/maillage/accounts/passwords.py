"""Password hashes: argon2id, on half of the processors at most and with a short line before them.

A hash is made to be heavy: a crowd at the door must take neither the memory nor the threads and processors of those who
are inside. Hashing therefore has threads of its own, which the system serves last; who finds the line full is asked to
come back, at once.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import BoundedSemaphore, get_native_id
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from maillage.kernel.boxes import key_of_password
from maillage.kernel.errors import Busy

AT_ONCE: Final = max(1, (os.cpu_count() or 1) // 2)
IN_LINE: Final = 3
LONGEST_WAIT: Final = 3.0  # seconds
LAST_SERVED: Final = 19

_places = BoundedSemaphore(AT_ONCE + IN_LINE)
_gate = BoundedSemaphore(AT_ONCE)
_hasher = PasswordHasher(parallelism=1)
_decoy = ""


def _step_back() -> None:
    """On Linux a thread has a priority of its own, and may not raise it again: so it is one that does nothing else."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, get_native_id(), LAST_SERVED)


_workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hash", initializer=_step_back)


def configure(*, memory_kib: int, time: int) -> None:
    """Set the cost of a hash; the composition root calls it once."""
    global _hasher, _decoy
    _hasher = PasswordHasher(time_cost=time, memory_cost=memory_kib, parallelism=1)
    _decoy = _hasher.hash("nobody’s password")


def ensure_room() -> None:
    """Raises Busy where the line is full, for who comes in from outside: in a crowd most are sent away, and nothing is
    looked up or written for them first."""
    if not _places.acquire(blocking=False):
        raise Busy()
    _places.release()


def hashed(password: str) -> str:
    """Raises Busy when too many are hashing already."""
    with _turn():
        return _workers.submit(_hasher.hash, password).result()


def matches(stored: str | None, typed: str) -> bool:
    """Whether `typed` is the password behind `stored`. No hash costs as much time as a wrong password does.

    Raises Busy when too many are hashing already.
    """
    with _turn():
        try:
            return _workers.submit(_hasher.verify, stored or _decoy, typed).result() and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def cost() -> tuple[int, int]:
    """Memory in KiB and passes of a hash made today; kept beside what a password opens, since it may change."""
    return _hasher.memory_cost, _hasher.time_cost


def key_from(password: str, salt: bytes, memory_kib: int, time: int) -> bytes:
    """A key that only this password gives, at the price of a hash. Raises Busy."""
    with _turn():
        return _workers.submit(key_of_password, password, salt, memory_kib=memory_kib, time=time).result()


def outdated(stored: str) -> bool:
    """Whether the hash was made with another cost than today's."""
    return _hasher.check_needs_rehash(stored)


@contextmanager
def _turn() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise Busy()
    try:
        if not _gate.acquire(timeout=LONGEST_WAIT):
            raise Busy()
        try:
            yield
        finally:
            _gate.release()
    finally:
        _places.release()
