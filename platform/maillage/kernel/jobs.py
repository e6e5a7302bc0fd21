"""Handlers of outbox jobs, periodic chores, and the loop that runs both. The same handlers serve every runner."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Engine, String, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from maillage.kernel import clock, outbox
from maillage.kernel.db import WRITES, Base, UtcDateTime, db, session, transaction
from maillage.kernel.errors import Conflict
from maillage.kernel.scope import unscoped
from maillage.kernel.walls import Walled

log = structlog.get_logger(__name__)

Handler = Callable[[UUID, dict[str, Any]], None]
Chore = Callable[[datetime], None]

Opens = tuple[type[Walled], ...]

_handlers: dict[str, tuple[Handler, Opens]] = {}
_chores: dict[str, tuple[timedelta, Chore, Opens]] = {}


class PermanentFailure(Exception):
    """Trying again cannot help: the job is buried at once. The message is a code without content."""


class Away(Exception):
    """A part outside does not answer, and the job waits for it. The message is that part and a code: `mail: …`."""


RENEWAL = outbox.LEASE / 3
LONGEST = timedelta(minutes=10)
CHORE_LEASE = timedelta(minutes=15)
CHORE_RETRY = timedelta(minutes=5)


class ChoreRun(Base):
    """When a chore last came to its end; leasing the row is the leader lock between processes."""

    __tablename__ = "chore_run"

    name: Mapped[str] = mapped_column(String(48), primary_key=True)
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


def handles(kind: str, *, opens: Opens = ()) -> Callable[[Handler], Handler]:
    """Register the handler of a job kind. It gets the job's id and payload, opens its own transaction, and may run
    twice: it must make the second run harmless. Of the protected tables it reaches those that it says it `opens`."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler, opens
        return handler

    return register


def every(interval: timedelta, name: str, *, opens: Opens = ()) -> Callable[[Chore], Chore]:
    """Register a periodic chore; it gets the time of the tick, and reaches the protected tables that it `opens`."""

    def register(chore: Chore) -> Chore:
        _chores[name] = (interval, chore, opens)
        return chore

    return register


def run_due(limit: int = 20) -> int:
    """Run up to `limit` due jobs; returns how many were taken.

    Each is leased when its turn comes: a lease taken early could run out behind a slow neighbour.
    """
    for done in range(limit):
        with transaction() as tx:
            if not done:
                outbox.bury_killers(tx)
            taken = [(job.id, job.kind, dict(job.payload_ref), job.attempts) for job in outbox.lease(tx, 1)]
        if not taken:
            return done
        _run_one(*taken[0])
    return limit


def run_offered(job_id: UUID) -> bool:
    """Run the job that a queue told of; False when it is done, held by another or not due."""
    with transaction() as tx:
        job = outbox.lease_one(tx, job_id)
        taken = (job.kind, dict(job.payload_ref), job.attempts) if job else None
    if taken is None:
        return False
    _run_one(job_id, *taken)
    return True


def drain(most: int = 10_000) -> int:
    """Run until nothing is due: start of a demonstration, tests, `maillage worker --once`."""
    done = 0
    while done < most and (taken := run_due()):
        done += taken
    return done


def tick(now: datetime | None = None) -> list[str]:
    """Run the chores whose interval has passed; returns their names. Two processes never run one twice.

    One that fails, or whose process dies, is tried again some minutes later: a daily one does not wait a day.
    """
    moment = now or clock.now()
    ran = []
    for name, (interval, chore, opens) in _chores.items():
        if not _lease_chore(name, interval, moment):
            continue
        try:
            with unscoped(f"chore {name}", *opens):
                chore(moment)
        except Exception as error:
            session().rollback()
            log.error("chore failed", chore=name, error=type(error).__name__)
            _note_chore(name, lease_until=moment + CHORE_RETRY)
        else:
            _note_chore(name, last_at=moment, lease_until=None)
            ran.append(name)
    return ran


def last_tick(session: Session) -> datetime | None:
    """When a chore last came to its end, in whichever process."""
    return session.scalar(select(func.max(ChoreRun.last_at)))


@dataclass
class Runner:
    """A thread that works when woken, or every `idle_seconds`, and ticks once a minute.

    `work` says how much there was to do: running due jobs here, or handing them to other processes.
    """

    scope: Callable[[], AbstractContextManager[Any]]
    work: Callable[[], int] = run_due
    idle_seconds: float = 2.0
    tick_seconds: float = 60.0

    def __post_init__(self) -> None:
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="outbox-runner", daemon=True)

    def start(self) -> None:
        outbox.on_wake(self._wake.set)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout=10)

    def _loop(self) -> None:
        next_tick = time.monotonic()
        while not self._stop.is_set():
            self._wake.clear()
            try:
                with self.scope():
                    if time.monotonic() >= next_tick:
                        tick()
                        next_tick = time.monotonic() + self.tick_seconds
                    busy = self.work()
            except Exception as error:
                log.error("runner stumbled", error=type(error).__name__)
                busy = 0
            if not busy:
                self._wake.wait(self.idle_seconds)


def _run_one(job_id: UUID, kind: str, payload: dict[str, Any], attempts: int) -> None:
    try:
        handler, opens = _handlers.get(kind, (None, ()))
        if handler is None:
            raise PermanentFailure("unknown kind")
        with _renewing(job_id), unscoped(f"job {kind}", *opens):
            handler(job_id, payload)
    except Exception as error:
        session().rollback()
        buried = isinstance(error, PermanentFailure) or attempts >= outbox.MAX_ATTEMPTS
        reason = str(error) if isinstance(error, (PermanentFailure, Away)) else type(error).__name__
        with transaction() as tx:
            outbox.fail(tx, job_id, reason, retry_at=None if buried else clock.now() + _backoff(attempts))
        log.warning("job failed", job=str(job_id), kind=kind, error=type(error).__name__, buried=buried)
    else:
        with transaction() as tx:
            outbox.settle(tx, job_id)


@contextmanager
def _renewing(job_id: UUID) -> Iterator[None]:
    """Who works keeps the lease, however slow a mail server is; who is killed loses it soon. A handler that hangs for
    LONGEST and says nothing loses it too."""
    over = threading.Event()
    thread = threading.Thread(target=_renew, args=(db.engine, job_id, over), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()  # a renewal on its way would take the job back from who is to try it again


def _renew(engine: Engine, job_id: UUID, over: threading.Event) -> None:
    for _ in range(LONGEST // RENEWAL):
        if over.wait(RENEWAL.total_seconds()):
            return
        with suppress(SQLAlchemyError), Session(engine.execution_options(**{WRITES: True})) as tx, tx.begin():
            outbox.extend_lease(tx, job_id)


def _backoff(attempts: int) -> timedelta:
    """10 s, 20 s, 40 s … at most an hour, with jitter so that a crowd does not come back at once."""
    return timedelta(seconds=min(3600, 10 * 2 ** (attempts - 1)) * random.uniform(0.8, 1.2))  # noqa: S311


def _lease_chore(name: str, interval: timedelta, moment: datetime) -> bool:
    try:
        with transaction() as tx:
            row = tx.get(ChoreRun, name, with_for_update=True)
            if row is None:
                row = ChoreRun(name=name)
                tx.add(row)
            # A clock that was put back finds times to come: they say nothing, or everything would stop until then.
            fresh = row.last_at and timedelta() <= moment - row.last_at < interval
            leased = row.lease_until and timedelta() < row.lease_until - moment <= CHORE_LEASE
            if fresh or leased:
                return False
            row.lease_until = moment + CHORE_LEASE
            return True
    except Conflict:  # another process took it for the first time, just now
        return False


def _note_chore(name: str, **values: datetime | None) -> None:
    with transaction() as tx:
        tx.execute(update(ChoreRun).where(ChoreRun.name == name).values(**values))
