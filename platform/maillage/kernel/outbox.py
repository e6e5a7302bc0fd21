"""What must happen after a commit, written in that commit. The database is the truth; queues only carry ids.

Use it for work that may run twice and must run once at least: a mail, an index update, a webhook. Do not use it for
work whose result the same request shows. A payload names rows by id; content is read again when the job runs.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    Index,
    Select,
    String,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from maillage.kernel import clock
from maillage.kernel.db import Base, UtcDateTime, after_commit
from maillage.kernel.ids import new_id

LEASE = timedelta(seconds=45)  # how long a job stays with a worker that died; one that lives keeps renewing it
OFFER = timedelta(minutes=1)  # an id that a queue has lost is offered again after that
MAX_ATTEMPTS = 30  # with the runner's delays about a day: a mail server may be away for a night
MAX_LAPSES = 5  # leases that ran out: a job that takes its process down with it takes all others down too
LATE = timedelta(minutes=5)
AWAY_AFTER = 3  # tries, half a minute: a server that is started anew is not away
_wake: Callable[[], None] = lambda: None  # noqa: E731  replaced by the runner of this process, if it has one


class OutboxJob(Base):
    __tablename__ = "outbox"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(48))
    dedup_key: Mapped[str | None] = mapped_column(String(160), unique=True)
    payload_ref: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)
    lapses: Mapped[int] = mapped_column(default=0, server_default="0")
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    offered_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dead_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (
        Index(
            "ix_outbox_due",
            "not_before",
            sqlite_where=(done_at.is_(None) & dead_at.is_(None)),
            postgresql_where=(done_at.is_(None) & dead_at.is_(None)),
        ),
    )


_OPEN = (OutboxJob.done_at.is_(None), OutboxJob.dead_at.is_(None))
# Read when a statement runs: that of the frame of every page is kept.
_NOW = bindparam("now", callable_=clock.now, type_=UtcDateTime(), unique=True)
_LONG_AGO = bindparam("long_ago", callable_=lambda: clock.now() - LATE, type_=UtcDateTime(), unique=True)


def on_wake(wake: Callable[[], None]) -> None:
    """Tell the outbox how to wake this process's runner after a commit."""
    global _wake
    _wake = wake


def enqueue(
    session: Session,
    kind: str,
    payload_ref: dict[str, Any],
    *,
    dedup_key: str | None = None,
    not_before: datetime | None = None,
) -> OutboxJob:
    """Add a job to the caller's transaction. Two jobs with one `dedup_key` are one: the second commit conflicts."""
    job = OutboxJob(
        id=new_id(),
        kind=kind,
        payload_ref=payload_ref,
        dedup_key=dedup_key,
        not_before=not_before or clock.now(),
    )
    session.add(job)
    after_commit(_wake)
    return job


def lease(session: Session, limit: int) -> list[OutboxJob]:
    """Take up to `limit` due jobs for LEASE; a worker that dies gives them back by letting the lease run out."""
    return _take(session.scalars(_due(clock.now()).limit(limit)))


def lease_one(session: Session, job_id: UUID) -> OutboxJob | None:
    """Take this job, unless it is done, buried, held by another or not due."""
    taken = _take(session.scalars(_due(clock.now()).where(OutboxJob.id == job_id)))
    return taken[0] if taken else None


def offer(session: Session, limit: int) -> list[OutboxJob]:
    """Up to `limit` due jobs that nobody was told of lately, for a queue that carries their ids to workers."""
    now = clock.now()
    unsaid = or_(OutboxJob.offered_until.is_(None), OutboxJob.offered_until < now)
    jobs = list(session.scalars(_due(now).where(unsaid).limit(limit)))
    for job in jobs:
        job.offered_until = now + OFFER
    return jobs


def _due(now: datetime) -> Select[OutboxJob]:
    in_order = (
        select(OutboxJob)
        .where(*_OPEN, OutboxJob.not_before <= now, _free(now))
        .order_by(OutboxJob.not_before, OutboxJob.id)
    )
    return in_order.with_for_update(skip_locked=True)


def _free(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return or_(OutboxJob.lease_until.is_(None), OutboxJob.lease_until < now)


def _take(due: Iterable[OutboxJob]) -> list[OutboxJob]:
    taken = list(due)
    for job in taken:
        job.lapses += job.lease_until is not None
        job.lease_until = clock.now() + LEASE
        job.attempts += 1
    return taken


def bury_killers(session: Session) -> None:
    """Bury the jobs whose workers died again and again while they ran; nobody was left to say why."""
    killers = (*_OPEN, OutboxJob.lapses >= MAX_LAPSES)
    buried = {"dead_at": clock.now(), "lease_until": None, "error": "its worker died"}
    session.execute(update(OutboxJob).where(*killers, OutboxJob.lease_until < clock.now()).values(**buried))


def extend_lease(session: Session, job_id: UUID) -> None:
    """Keep a job for another LEASE: said while its handler runs, and by a handler of many minutes after each step."""
    running = (OutboxJob.id == job_id, OutboxJob.done_at.is_(None))
    session.execute(update(OutboxJob).where(*running).values(lease_until=clock.now() + LEASE))


def settle(session: Session, job_id: UUID) -> None:
    session.execute(
        update(OutboxJob).where(OutboxJob.id == job_id).values(done_at=clock.now(), lease_until=None, error=None)
    )


def fail(session: Session, job_id: UUID, reason: str, *, retry_at: datetime | None) -> None:
    """Give a job back for `retry_at`, or bury it (None). `reason` is a class name or a code: never content."""
    values: dict[str, Any] = {"lease_until": None, "offered_until": None, "error": reason[:200]}
    values |= {"dead_at": clock.now()} if retry_at is None else {"not_before": retry_at}
    session.execute(update(OutboxJob).where(OutboxJob.id == job_id).values(**values))


def replay(session: Session, job_id: UUID) -> None:
    """Give a dead letter another life."""
    session.execute(
        update(OutboxJob)
        .where(OutboxJob.id == job_id, OutboxJob.dead_at.is_not(None))
        .values(dead_at=None, attempts=0, lapses=0, not_before=clock.now())
    )


def oldest_waiting(session: Session) -> datetime | None:
    """Since when the oldest due job has been waiting for somebody to take it: the health of delivery."""
    now = clock.now()
    waiting = (*_OPEN, OutboxJob.not_before <= now, _free(now))
    return session.scalar(select(func.min(OutboxJob.not_before)).where(*waiting))


def is_late() -> ColumnElement[bool]:
    """Whether a job that is due has been waiting for LATE, and nobody is at it: nobody runs them, or too few."""
    return exists().where(*_OPEN, OutboxJob.not_before < _LONG_AGO, _free(_NOW)).correlate(None)


def waits_for(part: str) -> ColumnElement[bool]:
    """Whether a job has failed again and again because this part outside is away (`jobs.Away`)."""
    told = (OutboxJob.error.startswith(f"{part}: "), OutboxJob.attempts >= AWAY_AFTER)
    return exists().where(*_OPEN, *told).correlate(None)


def count_dead(session: Session) -> int:
    """How many jobs gave up, and wait for somebody."""
    return session.scalar(select(func.count()).where(OutboxJob.dead_at.is_not(None))) or 0
