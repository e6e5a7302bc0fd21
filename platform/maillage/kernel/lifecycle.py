"""How what is sealed ends: keys destroyed, what was sealed blanked, and a ledger that a restored copy has to obey.

Each domain says what it holds about the subject of another (a referral belongs to a situation); the kernel knows none.
A ledger of ids is kept outside the database too, since a copy made before an erasure still holds the keys.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import String, UniqueConstraint, cast, delete, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from maillage.kernel import clock, content_keys, jobs, outbox
from maillage.kernel.content_keys import ContentKey
from maillage.kernel.crypto import SealBroken
from maillage.kernel.db import Base, UtcDateTime, transaction
from maillage.kernel.db import session as reading
from maillage.kernel.errors import VaultShut
from maillage.kernel.idempotency import IdempotencyRecord
from maillage.kernel.ids import new_id, parse_id
from maillage.kernel.paths import append_line, whole_lines
from maillage.kernel.scope import wide_open

JOB_NOTE = "lifecycle.note"
EVERYWHERE = "what is told or erased of a person is so wherever it was passed on"
_ledger: Path | None = None


class Erasure(Base):
    """One sealed subject that is gone for ever. `noted_at`: when the ledger outside the database said so too."""

    __tablename__ = "erasure"
    __table_args__ = (UniqueConstraint("subject_kind", "subject_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    subject_kind: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[UUID]
    cause: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    noted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Holding:
    """What one domain keeps, under a `name` of its own, about the subject `root`: sealed under keys of this `kind`.

    `of`: the ids of those that belong to one root; for the root's own kind, itself.
    `blank`: take the sealed bytes and the words of these away, leaving rows that only count; it may run twice.
    `export`: what they say, opened, for the person that they are about.
    """

    name: str
    root: str
    kind: str
    of: Callable[[Session, UUID], Sequence[UUID]]
    blank: Callable[[Session, Sequence[UUID]], None]
    export: Callable[[Session, UUID], Any]


_holdings: dict[str, Holding] = {}


def holds(holding: Holding) -> None:
    """Say what a domain keeps, when the application starts."""
    _holdings[holding.name] = holding


def export(session: Session, root: str, root_id: UUID) -> dict[str, Any]:
    """Everything that every domain holds about one subject, by the names of the holdings."""
    with wide_open(EVERYWHERE):
        return {it.name: it.export(session, root_id) for it in _of_root(root)}


def erase(session: Session, root: str, root_id: UUID, *, cause: str) -> dict[str, list[UUID]]:
    """Erase a subject and all that belongs to it, inside the caller's transaction; the ids of what went, by kind.

    What stays are rows of codes and dates: nobody can be told from them, and they still count.
    """
    with wide_open(EVERYWHERE):
        return _erase(session, root, root_id, cause)


def _erase(session: Session, root: str, root_id: UUID, cause: str) -> dict[str, list[UUID]]:
    gone: dict[str, list[UUID]] = {}
    for it in _of_root(root):
        known = gone.setdefault(it.kind, [])
        known += [subject_id for subject_id in it.of(session, root_id) if subject_id not in known]
    for kind, ids in gone.items():
        _blank(session, kind, ids)
        session.add_all(Erasure(subject_kind=kind, subject_id=subject_id, cause=cause) for subject_id in ids)
    _forget_answers(session, [subject_id for ids in gone.values() for subject_id in ids])
    outbox.enqueue(session, JOB_NOTE, {}, dedup_key=f"{JOB_NOTE}:{root}:{root_id}")
    return gone


def use_ledger(path: Path) -> None:
    """Tell the process where the ledger is kept; the composition root calls it once."""
    global _ledger
    _ledger = path


@jobs.handles(JOB_NOTE)
def note_erasures(_job_id: UUID, _payload: dict[str, Any]) -> None:
    """Write down outside the database what was erased in it. A line told twice does no harm."""
    assert _ledger is not None
    with transaction() as session:
        rows = session.scalars(select(Erasure).where(Erasure.noted_at.is_(None)).order_by(Erasure.id)).all()
        for row in rows:
            told = {"kind": row.subject_kind, "id": str(row.subject_id), "cause": row.cause, "at": row.at.isoformat()}
            append_line(_ledger, json.dumps(told))
            row.noted_at = clock.now()


def replay(path: Path) -> int:
    """Erase again what the ledger tells and this database still holds: an older copy was put back. Returns how many."""
    told = [found for line in whole_lines(path) if (found := _told(line)) is not None]
    if not told:
        return 0
    with wide_open(EVERYWHERE), transaction() as session:
        known = {(row[0], row[1]) for row in session.execute(select(Erasure.subject_kind, Erasure.subject_id))}
        back = [it for it in told if (it.subject_kind, it.subject_id) not in known]
        kinds = {it.subject_kind for it in back}
        for kind in sorted(kinds):
            _blank(session, kind, [it.subject_id for it in back if it.subject_kind == kind])
        unique = {(it.subject_kind, it.subject_id): it for it in back}
        session.add_all(unique.values())
        return len(unique)


def not_erased(path: Path) -> int:
    """How many of the subjects that the ledger tells could still be opened."""
    told = {(it.subject_kind, it.subject_id) for line in whole_lines(path) if (it := _told(line)) is not None}
    with wide_open(EVERYWHERE):
        kept = reading().execute(select(ContentKey.subject_kind, ContentKey.subject_id).distinct())
        return sum((kind, subject_id) in told for kind, subject_id in kept)


def open_some(most: int) -> tuple[int, list[UUID]]:
    """Open all that is held about up to `most` subjects, drawn by chance: how many were, and those that do not open.
    What is in an organisation's vault is not the host's to try."""
    roots = {holding.root for holding in _holdings.values()}
    drawn = select(ContentKey.subject_kind, ContentKey.subject_id).where(
        ContentKey.subject_kind.in_(roots), ContentKey.kind == content_keys.KEK
    )
    broken = []
    with wide_open(EVERYWHERE):
        found = reading().execute(drawn.order_by(func.random()).limit(most)).all()
        for kind, subject_id in found:
            try:
                export(reading(), kind, subject_id)
            except VaultShut:
                continue
            except SealBroken:
                broken.append(subject_id)
    return len(found), broken


def _of_root(root: str) -> list[Holding]:
    return [holding for holding in _holdings.values() if holding.root == root]


def _blank(session: Session, kind: str, ids: Collection[UUID]) -> None:
    for subject_id in ids:
        content_keys.destroy_keys(session, kind, subject_id)
    for holding in _holdings.values():
        if holding.kind == kind:
            holding.blank(session, list(ids))


def _forget_answers(session: Session, ids: Sequence[UUID]) -> None:
    """Answers kept for retries, and settled jobs, name what is gone: they go too."""
    for subject_id in ids:
        answer, payload = cast(IdempotencyRecord.answer, String), cast(outbox.OutboxJob.payload_ref, String)
        session.execute(delete(IdempotencyRecord).where(answer.contains(str(subject_id))))
        done = or_(outbox.OutboxJob.done_at.is_not(None), outbox.OutboxJob.dead_at.is_not(None))
        session.execute(delete(outbox.OutboxJob).where(done, payload.contains(str(subject_id))))


def _told(line: str) -> Erasure | None:
    """One line of the ledger; a line that cannot be read erases nothing."""
    try:
        told = json.loads(line)
        subject_id, at = parse_id(told["id"]), datetime.fromisoformat(told["at"])
        kind, cause = str(told["kind"]), str(told["cause"])
    except (ValueError, KeyError, TypeError):
        return None
    if subject_id is None:
        return None
    return Erasure(subject_kind=kind, subject_id=subject_id, cause=cause, at=at, noted_at=at)
