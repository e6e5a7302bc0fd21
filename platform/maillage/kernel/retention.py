"""How long sealed subjects are kept: warned of beforehand, kept longer with a reason, erased when the time has come."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from maillage.kernel import db
from maillage.kernel.db import Base
from maillage.kernel.scope import wide_open

WARNED: Final = timedelta(days=30)


class RetentionMark(Base):
    """What was decided about keeping one subject: that its end was announced, or that it is kept until a later day."""

    __tablename__ = "retention_mark"

    subject_kind: Mapped[str] = mapped_column(String(24), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    warned_on: Mapped[date | None]
    kept_until: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(String(24))
    decided_by: Mapped[UUID | None]


@dataclass(frozen=True, slots=True)
class Due:
    """A subject whose time comes on `on`; `warned_on` is when its organisation was told."""

    subject_id: UUID
    on: date
    warned_on: date | None


@dataclass(frozen=True, slots=True)
class Retained:
    """One kind of subject that does not stay for ever.

    `due`: those whose time comes until a day. `warn` and `erase` own their transaction, and may run twice.
    """

    kind: str
    due: Callable[[Session, date], Iterable[Due]]
    warn: Callable[[Due, date], None]
    erase: Callable[[UUID], None]


@dataclass(frozen=True, slots=True)
class Run:
    warned: int
    erased: int


_retained: dict[str, Retained] = {}


def retains(retained: Retained) -> None:
    """Say how long a domain keeps one of its kinds, when the application starts."""
    _retained[retained.kind] = retained


def run(now: datetime) -> Run:
    """Announce what ends within WARNED, and erase what ended. Nothing is erased that was not announced before."""
    with wide_open("what is out of term is looked for everywhere"):
        return _run(now.date())


def _run(today: date) -> Run:
    warned = erased = 0
    for it in _retained.values():
        found: Sequence[Due] = list(it.due(db.session(), today + WARNED))
        for due in found:
            if due.warned_on is None:
                it.warn(due, today)
                warned += 1
            elif due.on <= today and due.warned_on + WARNED <= today:
                it.erase(due.subject_id)
                erased += 1
    return Run(warned, erased)


def mark(session: Session, kind: str, subject_id: UUID) -> RetentionMark:
    """What was decided about one subject so far, in the caller's transaction."""
    found = session.get(RetentionMark, (kind, subject_id), with_for_update=True)
    if found is None:
        found = RetentionMark(subject_kind=kind, subject_id=subject_id)
        session.add(found)
    return found


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(min(day.year + years, date.max.year - 1), month + 1, 1)
    following = first.replace(year=first.year + (first.month == 12), month=first.month % 12 + 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))
