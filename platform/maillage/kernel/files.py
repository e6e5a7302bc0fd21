"""Sealed files on disk: chunks under one data key per file, so that neither side ever holds a whole one.

Format: MAGIC | prefix (7) | chunks of CHUNK bytes, each AES-256-GCM with the nonce prefix | number (4) | last (1), the
STREAM construction: a chunk left out, moved, repeated or cut off does not open. The plaintext begins with its length
and is padded to whole chunks. Names are random; what a file is called, and whose it is, is sealed in the database.
"""

import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from maillage.kernel.crypto import SealBroken
from maillage.kernel.paths import sync

MAGIC = b"MF\x01"
CHUNK = 64 * 1024
_PREFIX, _TAG, _LENGTH = 7, 16, 8


def write_sealed(folder: Path, key: bytes, source: IO[bytes], size: int, context: str) -> UUID:
    """Seal `size` bytes of `source` into a new file of `folder`; returns its name. Durable when this returns."""
    name = uuid4()
    path = path_of(folder, name)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    partial = path.with_suffix(".part")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            for sealed in _sealed(key, source, size, context.encode()):
                target.write(sealed)
            target.flush()
            os.fsync(target.fileno())
        partial.rename(path)
        sync(path.parent)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return name


def read_sealed(folder: Path, key: bytes, name: UUID, context: str) -> Iterator[bytes]:
    """The bytes of a file, chunk by chunk. Raises SealBroken for one that is gone, altered, cut, or another's: at once
    for its beginning, so that an answer is refused before it is begun."""
    chunks = _opened(key, path_of(folder, name), context.encode())
    return chain([next(chunks, b"")], chunks)


def remove(folder: Path, name: UUID) -> None:
    """Remove a file; one that is gone already is none the worse."""
    path_of(folder, name).unlink(missing_ok=True)


def names_older_than(folder: Path, moment: float) -> Iterator[UUID]:
    """Names of the files last written before `moment` (seconds since the epoch), left-overs of crashes included."""
    for path in folder.glob("??/*"):
        if path.suffix == ".part" and path.stat().st_mtime < moment:
            path.unlink(missing_ok=True)
        elif path.stat().st_mtime < moment:
            yield UUID(path.name)


def path_of(folder: Path, name: UUID) -> Path:
    return folder / name.hex[:2] / str(name)


def _sealed(key: bytes, source: IO[bytes], size: int, context: bytes) -> Iterator[bytes]:
    cipher, prefix = AESGCM(key), os.urandom(_PREFIX)
    yield MAGIC + prefix
    chunks = -(-(size + _LENGTH) // CHUNK)
    for number in range(chunks):
        head = size.to_bytes(_LENGTH, "big") if not number else b""
        room = CHUNK - len(head)
        body = source.read(room)
        if len(body) < room and number < chunks - 1:
            raise ValueError("the source is shorter than was said")
        plain = (head + body).ljust(CHUNK, b"\0")
        yield cipher.encrypt(_nonce(prefix, number, last=number == chunks - 1), plain, context)


def _opened(key: bytes, path: Path, context: bytes) -> Iterator[bytes]:
    try:
        source = path.open("rb")
    except FileNotFoundError:
        raise SealBroken("the file is gone") from None
    with source:
        yield from _chunks(key, source, context)


def _chunks(key: bytes, source: IO[bytes], context: bytes) -> Iterator[bytes]:
    head = source.read(len(MAGIC) + _PREFIX)
    cipher, prefix = AESGCM(key), head[len(MAGIC) :]
    if not head.startswith(MAGIC) or len(prefix) != _PREFIX:
        raise SealBroken("unknown format")
    left, number, sealed = -1, 0, source.read(CHUNK + _TAG)
    while sealed:
        following = source.read(CHUNK + _TAG)
        try:
            plain = cipher.decrypt(_nonce(prefix, number, last=not following), sealed, context)
        except (InvalidTag, ValueError):
            raise SealBroken("does not open here") from None
        if not number:
            left, plain = int.from_bytes(plain[:_LENGTH], "big"), plain[_LENGTH:]
        yield plain[:left]
        left -= min(left, len(plain))
        number, sealed = number + 1, following
    if left:
        raise SealBroken("cut off")


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])
