"""A write sent twice with one `Idempotency-Key` happens once: the first answer is kept in the write's own commit."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.errors import Conflict
from maillage.kernel.ids import new_id
from maillage.kernel.walls import OfPerson


class IdempotencyRecord(OfPerson, Base):
    __tablename__ = "idempotency_record"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """What the caller sent: only digests are kept, since a body may hold a person's name."""

    user_id: UUID
    key: str
    fingerprint: str

    @classmethod
    def of(cls, actor: Actor, key: str, method: str, path: str, body: bytes) -> "IdempotencyKey":
        """The key as used by this person for this organisation: who works for two is never answered across them."""
        assert actor.user_id is not None
        owned = f"{actor.org_id}|{key}".encode()
        digest = hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).hexdigest()
        return cls(actor.user_id, hashlib.sha256(owned).hexdigest(), digest)


def earlier_answer(session: Session, key: IdempotencyKey | None) -> dict[str, Any] | None:
    """The answer given to this key before. Raises Conflict when the key came with another request."""
    if key is None:
        return None
    _queue(session, key)
    found = session.scalar(
        select(IdempotencyRecord).where(IdempotencyRecord.user_id == key.user_id, IdempotencyRecord.key == key.key)
    )
    if found is not None and found.fingerprint != key.fingerprint:
        raise Conflict("Cette clé d’idempotence a déjà servi pour une autre demande.")
    return found.answer if found is not None else None


def remember(session: Session, key: IdempotencyKey | None, answer: dict[str, Any]) -> None:
    """Keep `answer` (ids and states, never content) for a retry."""
    if key is not None:
        session.add(IdempotencyRecord(user_id=key.user_id, key=key.key, fingerprint=key.fingerprint, answer=answer))


def _queue(session: Session, key: IdempotencyKey) -> None:
    """Let the same request sent twice at once be answered alike: the second waits for the first one's commit.

    SQLite's writers queue anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(f"{key.user_id}|{key.key}".encode()).digest()[:8], signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))
