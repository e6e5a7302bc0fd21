"""A copy of an instance in one file: a ZIP whose manifest tells the digest of each member, signed with the key ring.

Whoever alters a member is told by its digest, whoever alters the manifest by its signature. The ring is not in it.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Final, Literal
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as BadStream

from pydantic import BaseModel, ValidationError

from maillage.kernel.crypto import KeyRing
from maillage.kernel.paths import sync
from maillage.kernel.progress import Progress

FORMAT: Final = 1
DATABASE, ERASURES, ANCHORS, FILES = "database", "erasures.jsonl", "audit-anchors.jsonl", "files"
_MANIFEST, _SIGNATURE = "manifest.json", "manifest.sha256"
PIECE: Final = 1 << 20


class CopyRefused(Exception):
    """A copy cannot be made or put back: why, and what to do."""


class Member(BaseModel):
    size: int
    sha256: str


class Manifest(BaseModel):
    """What a copy says of itself. `rows` of each table, and `canaries` of the ring that opens what is sealed in it."""

    format: int = FORMAT
    made_at: datetime
    version: str
    database: Literal["sqlite", "postgresql"]
    revision: str
    rows: dict[str, int]
    canaries: dict[str, str]
    members: dict[str, Member] = {}


class Writer:
    """Adds members to a copy in the making."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self.members: dict[str, Member] = {}

    def add(self, name: str, pieces: Iterable[bytes], *, packed: bool = False) -> None:
        told = ZipInfo(name)
        told.compress_type, told.external_attr = ZIP_DEFLATED if packed else ZIP_STORED, 0o600 << 16
        digest, size = hashlib.sha256(), 0
        with self._archive.open(told, "w", force_zip64=True) as target:
            for piece in pieces:
                target.write(piece)
                digest.update(piece)
                size += len(piece)
        self.members[name] = Member(size=size, sha256=digest.hexdigest())

    def finish(self, manifest: Manifest, ring: KeyRing) -> None:
        told = manifest.model_copy(update={"members": self.members}).model_dump_json(indent=1).encode()
        self._archive.writestr(_MANIFEST, told)
        self._archive.writestr(_SIGNATURE, _signature(told, ring))


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A copy that is at `path` once it is whole, and leaves nothing when the block fails."""
    partial = path.with_name(f".{path.name}.part")
    partial.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            with ZipFile(file, "w") as archive:
                yield Writer(archive)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        sync(path.parent)
    finally:
        partial.unlink(missing_ok=True)


class Reader:
    """A copy that says what it is, and proves it."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        try:
            self._told = archive.read(_MANIFEST)
            self.manifest = Manifest.model_validate_json(self._told)
        except (KeyError, BadZipFile, BadStream, ValidationError) as error:
            raise CopyRefused("This copy is damaged: it does not say what it holds. Take another one.") from error

    def pieces(self, name: str) -> Iterator[bytes]:
        with self._archive.open(name) as source:
            yield from pieces_of(source)

    def names_under(self, folder: str) -> Iterator[str]:
        return (name for name in self.manifest.members if name.startswith(f"{folder}/"))

    def check(self, ring: KeyRing, progress: Progress) -> None:
        """This ring opens it, its maker held the ring, and each byte is as it was. Raises CopyRefused."""
        if self.manifest.format != FORMAT:
            raise CopyRefused("This copy was made by another version: install that one, or a newer one.")
        for key_id, canary in self.manifest.canaries.items():
            if not ring.check(key_id, bytes.fromhex(canary)):
                raise CopyRefused(
                    f"The key ring does not hold the key {key_id} of this copy: put that ring back first."
                )
        try:
            self._check_signature(ring)
            self._check_members(progress)
        except (KeyError, BadZipFile, BadStream, EOFError) as error:
            raise CopyRefused("This copy is damaged: take another one.") from error

    def _check_signature(self, ring: KeyRing) -> None:
        if not hmac.compare_digest(self._archive.read(_SIGNATURE).decode(), _signature(self._told, ring)):
            raise CopyRefused("This copy was altered since it was made: take another one, and find out who did.")

    def _check_members(self, progress: Progress) -> None:
        members = self.manifest.members
        total, done = sum(one.size for one in members.values()), 0
        if {DATABASE, ERASURES, ANCHORS} - members.keys() or not all(_is_plain(name) for name in members):
            raise CopyRefused("This copy is damaged: its parts are not those of an instance.")
        for name, member in members.items():
            digest = hashlib.sha256()
            for piece in self.pieces(name):
                digest.update(piece)
                done += len(piece)
                progress(done, total)
            if digest.hexdigest() != member.sha256:
                raise CopyRefused(f"This copy is damaged: {name} is not what it was. Take another one.")


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    try:
        archive = ZipFile(path)
    except BadZipFile as error:
        raise CopyRefused(f"{path.name} is no copy, or a damaged one: take another one.") from error
    with archive:
        yield Reader(archive)


def pieces_of(source: IO[bytes]) -> Iterator[bytes]:
    while piece := source.read(PIECE):
        yield piece


def _is_plain(name: str) -> bool:
    """A path that stays where it is unpacked."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not PurePosixPath(name).is_absolute() and ".." not in parts


def _signature(told: bytes, ring: KeyRing) -> str:
    return hmac.new(ring.copies_key, told, hashlib.sha256).hexdigest()
