"""Data keys of sealed subjects, one row per recipient of the key. Destroying the rows erases the content for ever."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from maillage.kernel import clock
from maillage.kernel.crypto import KeyRing, KeyRingError, SealBroken, new_data_key
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import Viewer, Walled, of_subject

_ring: "KeyRing | RingFile | None" = None


class ContentKey(Walled, Base):
    __tablename__ = "content_key"
    __table_args__ = (UniqueConstraint("subject_kind", "subject_id", "kind", "key_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    subject_kind: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(8))  # kek: the host's ring; org: an organisation's own vault
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


def create_key(session: Session, subject_kind: str, subject_id: UUID) -> bytes:
    """A fresh data key for a subject, its wrapped form added to the session."""
    data_key = new_data_key()
    key_id, wrapped = ring().wrap(data_key, _context(subject_kind, subject_id))
    session.add(
        ContentKey(subject_kind=subject_kind, subject_id=subject_id, kind="kek", key_id=key_id, wrapped=wrapped)
    )
    return data_key


def open_keys(session: Session, subject_kind: str, subject_ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """Data keys of several subjects in one statement; a destroyed key is simply absent."""
    wanted = list(subject_ids)
    if not wanted:
        return {}
    rows = session.scalars(
        select(ContentKey).where(
            ContentKey.subject_kind == subject_kind, ContentKey.subject_id.in_(wanted), ContentKey.kind == "kek"
        )
    )
    return {row.subject_id: unwrap(row) for row in rows}


def open_key(session: Session, subject_kind: str, subject_id: UUID) -> bytes:
    """The data key of one subject. Raises SealBroken when it was destroyed."""
    try:
        return open_keys(session, subject_kind, [subject_id])[subject_id]
    except KeyError:
        raise SealBroken("the key was destroyed") from None


def unwrap(row: ContentKey) -> bytes:
    return ring().unwrap(row.key_id, row.wrapped, _context(row.subject_kind, row.subject_id))


def wrap_again(row: ContentKey) -> None:
    """Wrap the same data key under the active key of the ring. Raises SealBroken for one that does not open."""
    row.key_id, row.wrapped = ring().wrap(unwrap(row), _context(row.subject_kind, row.subject_id))


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


def _context(subject_kind: str, subject_id: UUID) -> str:
    return f"maillage|key|{subject_kind}|{subject_id}"
