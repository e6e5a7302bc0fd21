"""Data keys of sealed subjects, one row per recipient of the key. Destroying the rows erases the content for ever.

Either the host's ring wraps the data key, or vaults of organisations hold it and the ring cannot open it: then each of
them has a box of its own, and the ring wraps the lid that lies on these boxes, so that a copy of the database opens
nothing without the ring either, and what was erased cannot be opened from an old copy once its ring is gone.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from maillage.kernel import boxes, clock
from maillage.kernel.boxes import KeyPair
from maillage.kernel.crypto import KeyRing, KeyRingError, SealBroken, decrypt, encrypt, new_data_key
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.errors import VaultShut
from maillage.kernel.ids import new_id
from maillage.kernel.walls import Viewer, Walled, of_subject

KEK: Final = "kek"
LID: Final = "lid"
BOX: Final = "org"
OF_THE_RING: Final = (KEK, LID)

Pairs = Mapping[str, KeyPair]
_ring: "KeyRing | RingFile | None" = None
_vaults: "Callable[[], Pairs] | None" = None


class ContentKey(Walled, Base):
    __tablename__ = "content_key"
    __table_args__ = (UniqueConstraint("subject_kind", "subject_id", "kind", "key_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    subject_kind: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(
        String(8)
    )  # kek: the host's ring; org: an organisation's own vault; lid: on those
    key_id: Mapped[str] = mapped_column(String(64))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        return of_subject(cls.subject_kind, cls.subject_id, viewer)

    @classmethod
    def door(cls, viewer: Viewer) -> ColumnElement[bool]:
        """A key is born before its subject: whoever acts may add one."""
        return viewer.org_id.is_not(None) | viewer.user_id.is_not(None)


class KeyCanary(Base):
    """One known text per key of the ring, so that a wrong ring refuses to boot instead of failing later."""

    __tablename__ = "key_canary"

    key_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    canary: Mapped[bytes] = mapped_column(LargeBinary)


class RingFile:
    """A key ring that follows its file: a rotation in another process is seen here before the first new key is met."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._loaded = self._stamp(), KeyRing.load(path)

    def current(self) -> KeyRing:
        """The ring as the file holds it now; as it was last read where the file is gone."""
        known, found = self._loaded
        stamp = self._stamp()
        if stamp in (known, None):
            return found
        self._loaded = stamp, KeyRing.load(self.path)
        return self._loaded[1]

    def _stamp(self) -> tuple[int, int] | None:
        try:
            told = self.path.stat()
        except OSError:
            return None
        return told.st_ino, told.st_mtime_ns


def use_ring(ring: KeyRing | RingFile) -> None:
    """Tell the process its key ring; the composition root calls it once."""
    global _ring
    _ring = ring


def ring() -> KeyRing:
    if _ring is None:
        raise KeyRingError("No key ring was loaded.")
    return _ring.current() if isinstance(_ring, RingFile) else _ring


def ring_file() -> Path:
    """Where the ring of this process is kept. Raises KeyRingError for one that is in no file."""
    if not isinstance(_ring, RingFile):
        raise KeyRingError("The key ring of this process is in no file.")
    return _ring.path


@dataclass(frozen=True, slots=True)
class Recipient:
    """A vault that a data key is sealed for."""

    key_id: str
    public: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """Data keys by subject, and the subjects whose keys are in vaults that are not open here. Of one whose key was
    destroyed, nothing."""

    keys: Mapping[UUID, bytes]
    shut: frozenset[UUID]


def use_vaults(opened: Callable[[], Pairs]) -> None:
    """Tell the process how to find the vault that whoever acts holds open: its key pairs by id, none where nobody
    does. Asked here rather than passed along, since whatever opens content would have to pass it."""
    global _vaults
    _vaults = opened


def open_vaults() -> Pairs:
    """The key pairs of the vault that whoever acts holds open, by id, with those before it; none in a job."""
    return _vaults() if _vaults is not None else {}


def create_key(session: Session, subject_kind: str, subject_id: UUID, vaults: Sequence[Recipient] = ()) -> bytes:
    """A fresh data key for a subject, its wrapped form added to the session: for these vaults alone, or for the ring.

    Raises VaultShut where none of these vaults is open here: whoever makes something reads it again.
    """
    data_key = new_data_key()
    if not vaults:
        session.add(_wrapped(subject_kind, subject_id, KEK, data_key))
        return data_key
    if open_vaults().keys().isdisjoint(vault.key_id for vault in vaults):
        raise VaultShut()
    lid, context = new_data_key(), _context(subject_kind, subject_id, BOX)
    session.add(_wrapped(subject_kind, subject_id, LID, lid))
    for vault in vaults:
        row = ContentKey(subject_kind=subject_kind, subject_id=subject_id, kind=BOX, key_id=vault.key_id)
        row.wrapped = encrypt(lid, boxes.seal_to(vault.public, data_key, context), context.encode())
        session.add(row)
    return data_key


def find_keys(session: Session, subject_kind: str, subject_ids: Iterable[UUID]) -> Found:
    """Data keys of several subjects in one statement, as far as they open here."""
    keys: dict[UUID, bytes] = {}
    shut: set[UUID] = set()
    for subject_id, rows in _rows(session, subject_kind, subject_ids).items():
        outer = next((row for row in rows if row.kind in OF_THE_RING), None)
        if outer is None:
            continue  # half a key opens nothing
        if outer.kind == KEK:
            keys[subject_id] = unwrap(outer)
        elif (found := _out_of_a_box(outer, rows)) is not None:
            keys[subject_id] = found
        else:
            shut.add(subject_id)
    return Found(keys, frozenset(shut))


def open_keys(session: Session, subject_kind: str, subject_ids: Iterable[UUID]) -> Mapping[UUID, bytes]:
    """Data keys of several subjects in one statement; a destroyed key is simply absent. Raises VaultShut for all of
    them where one is in a vault that is not open here: what is not read is never taken for what is gone."""
    found = find_keys(session, subject_kind, subject_ids)
    if found.shut:
        raise VaultShut()
    return found.keys


def open_key(session: Session, subject_kind: str, subject_id: UUID) -> bytes:
    """The data key of one subject. Raises SealBroken when it was destroyed, VaultShut as `open_keys` does."""
    try:
        return open_keys(session, subject_kind, [subject_id])[subject_id]
    except KeyError:
        raise SealBroken("the key was destroyed") from None


def key_behind(session: Session, outer: ContentKey) -> bytes:
    """The data key of a subject whose row of the ring was read with something else. Raises VaultShut."""
    return unwrap(outer) if outer.kind == KEK else open_key(session, outer.subject_kind, outer.subject_id)


def kept(session: Session, subject_kind: str, subject_ids: Collection[UUID]) -> set[UUID]:
    """Those whose keys were not destroyed, whoever may open them."""
    return set(_rows(session, subject_kind, subject_ids))


def unwrap(row: ContentKey) -> bytes:
    """What the ring wrapped: the data key itself, or the lid on its boxes."""
    return ring().unwrap(row.key_id, row.wrapped, _context(row.subject_kind, row.subject_id, row.kind))


def wrap_again(row: ContentKey) -> None:
    """Wrap the same key under the active key of the ring. Raises SealBroken for one that does not open."""
    row.key_id, row.wrapped = ring().wrap(unwrap(row), _context(row.subject_kind, row.subject_id, row.kind))


def destroy_keys(session: Session, subject_kind: str, subject_id: UUID) -> None:
    session.execute(
        delete(ContentKey).where(ContentKey.subject_kind == subject_kind, ContentKey.subject_id == subject_id)
    )


def check_ring(session: Session) -> None:
    """Refuse a ring that cannot open what this database holds. Raises KeyRingError."""
    for row in session.scalars(select(KeyCanary)):
        if not ring().check(row.key_id, row.canary):
            raise KeyRingError(f"The key ring does not hold the key {row.key_id} that this database was sealed with.")


def plant_canaries(session: Session) -> None:
    known = set(session.scalars(select(KeyCanary.key_id)))
    for key_id, canary in ring().canary().items():
        if key_id not in known:
            session.add(KeyCanary(key_id=key_id, canary=canary))


def _wrapped(subject_kind: str, subject_id: UUID, kind: str, key: bytes) -> ContentKey:
    key_id, wrapped = ring().wrap(key, _context(subject_kind, subject_id, kind))
    return ContentKey(subject_kind=subject_kind, subject_id=subject_id, kind=kind, key_id=key_id, wrapped=wrapped)


def _rows(session: Session, subject_kind: str, subject_ids: Iterable[UUID]) -> dict[UUID, list[ContentKey]]:
    wanted = list(subject_ids)
    if not wanted:
        return {}
    query = select(ContentKey).where(ContentKey.subject_kind == subject_kind, ContentKey.subject_id.in_(wanted))
    found: dict[UUID, list[ContentKey]] = {}
    for row in session.scalars(query):
        found.setdefault(row.subject_id, []).append(row)
    return found


def _out_of_a_box(lid: ContentKey, rows: Iterable[ContentKey]) -> bytes | None:
    """What is in the box of the vault that is open here; None where there is no such box."""
    pairs = open_vaults()
    row = next((row for row in rows if row.kind == BOX and row.key_id in pairs), None)
    if row is None:
        return None
    context = _context(row.subject_kind, row.subject_id, BOX)
    return boxes.open_box(pairs[row.key_id], decrypt(unwrap(lid), row.wrapped, context.encode()), context)


def _context(subject_kind: str, subject_id: UUID, kind: str) -> str:
    """A lid in the place of a data key would have the host read what is written next: neither opens as the other."""
    return f"maillage|{'key' if kind == KEK else kind}|{subject_kind}|{subject_id}"
