"""Long work that somebody ordered from a page: one row tells how far it is, how it ended, and where its file is.

It is done by the runner as a job of the outbox, behind the walls of who ordered it. It may begin anew when a worker
dies, so that whatever it changes must bear to be done twice; its file and its end are written in one commit.
"""

import io
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import JSON, ColumnElement, Index, String, exists, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from maillage.kernel import clock, content_keys, files, jobs, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.content_keys import ContentKey
from maillage.kernel.db import Base, UtcDateTime, transaction
from maillage.kernel.db import session as reading
from maillage.kernel.errors import NotFound, TooMany
from maillage.kernel.ids import new_id
from maillage.kernel.scope import on_behalf
from maillage.kernel.walls import Id, OfMember, Viewer, subject

log = structlog.get_logger(__name__)

SUBJECT: Final = "task"
LASTS: Final = timedelta(hours=24)
AT_ONCE: Final = 3
ATTEMPTS: Final = 4  # with the runner's delays somebody waits a minute or two, and is then told
TOLD_EVERY: Final = 0.5  # seconds between two notes of how far it is
WORKER_DIED, FAILED = "worker died", "failed"
SWEPT_AFTER: Final = timedelta(days=1)
_folder: Path | None = None


class TaskState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED: Final = (TaskState.WAITING, TaskState.RUNNING)


class BackgroundTask(OfMember, Base):
    """What one person ordered for one organisation. `title` and `params` are words and codes that name nobody; the file
    is sealed under a key of its own, whatever it holds. `error` is a code."""

    __tablename__ = "background_task"
    __table_args__ = (Index("ix_background_task_owner", "user_id", "org_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[UUID]
    org_id: Mapped[UUID]
    title: Mapped[str] = mapped_column(String(200))
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(10), default=TaskState.WAITING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str | None] = mapped_column(String(24))
    file: Mapped[UUID | None]
    file_name: Mapped[str | None] = mapped_column(String(80))
    file_size: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    @property
    def unfinished(self) -> bool:
        return self.state in UNFINISHED


@subject(SUBJECT)
def _ordered(task_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    own = BackgroundTask.__table__.alias("ordered")
    mine = (own.c.user_id == viewer.user_id) & (own.c.org_id == viewer.org_id)
    return exists().where(own.c.id == task_id, mine).correlate_except(own)


class Cancelled(Exception):
    """Whoever ordered the work asked to stop it."""


class GaveUp(Exception):
    """The work cannot be done as it was ordered, for the reason that this code names in the words of its kind."""


@dataclass(frozen=True, slots=True)
class Made:
    """The file that work ended in."""

    name: str
    content: bytes


Work = Callable[["Run"], Made | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of work. `fresh`: its file may only be taken after a recent proof, and by who still has `permission`.

    `unit`: what it counts, one and several. `back`: where its page leads back to, as a label and an address.
    """

    code: str
    label: str
    work: Work
    unit: tuple[str, str]
    back: Callable[[Mapping[str, Any]], tuple[str, str]]
    permission: str | None = None
    fresh: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)


_kinds: dict[str, Kind] = {}


def use_folder(folder: Path) -> None:
    """Tell the process where files wait to be taken; the composition root calls it once."""
    global _folder
    _folder = folder


def does(kind: Kind) -> None:
    """Say what a domain does in the background, when the application starts."""
    _kinds[kind.code] = kind
    jobs.handles(_job(kind.code), opens=(BackgroundTask, ContentKey))(
        lambda job_id, payload: _run(kind, job_id, UUID(payload["task_id"]))
    )


def kind_of(task: BackgroundTask) -> Kind:
    return _kinds[task.kind]


def order(session: Session, actor: Actor, code: str, *, title: str, params: Mapping[str, Any]) -> UUID:
    """Ask for work, inside the caller's transaction. Raises TooMany for who has too much in preparation already."""
    assert actor.user_id is not None and actor.org_id is not None
    unfinished = (BackgroundTask.kind == code, BackgroundTask.user_id == actor.user_id)
    waiting = select(func.count()).where(*unfinished, BackgroundTask.state.in_(UNFINISHED))
    if (session.scalar(waiting) or 0) >= AT_ONCE:
        raise TooMany("Vos demandes précédentes sont encore en préparation. Réessayez dans une minute.")
    task = BackgroundTask(
        id=new_id(),
        kind=code,
        user_id=actor.user_id,
        org_id=actor.org_id,
        title=title[:200],
        params=dict(params),
        expires_at=clock.now() + LASTS,
    )
    session.add(task)
    outbox.enqueue(session, _job(code), {"task_id": str(task.id)}, dedup_key=_dedup_key(task.id))
    return task.id


def tasks_of(session: Session, actor: Actor) -> Sequence[BackgroundTask]:
    """What the actor ordered and may still look at, the latest first."""
    rows = select(BackgroundTask).where(*_own(actor)).order_by(BackgroundTask.id.desc())
    return session.scalars(rows.limit(50)).all()


def task_of(session: Session, actor: Actor, task_id: UUID) -> BackgroundTask:
    """One of them. Raises NotFound for an unknown one, another's, and one that is over."""
    found = session.scalar(select(BackgroundTask).where(BackgroundTask.id == task_id, *_own(actor)))
    if found is None:
        raise NotFound()
    return found


def cancel(actor: Actor, *, task_id: UUID) -> None:
    """Stop what has not begun; ask what has begun to stop after its batch. What is over stays as it is."""
    with transaction() as session:
        task = task_of(session, actor, task_id)
        mine = update(BackgroundTask).where(BackgroundTask.id == task.id)
        ended = {"state": TaskState.CANCELLED, "ended_at": clock.now()}
        session.execute(mine.where(BackgroundTask.state == TaskState.RUNNING).values(cancel_asked=True))
        session.execute(mine.where(BackgroundTask.state == TaskState.WAITING).values(cancel_asked=True, **ended))


def opened_file(
    session: Session, actor: Actor, task_id: UUID, *, fresh: bool
) -> tuple[BackgroundTask, Iterator[bytes]]:
    """The file of a task, for who may have it. `fresh`: whether a proof was asked for on the way here."""
    assert _folder is not None
    task = task_of(session, actor, task_id)
    kind = kind_of(task)
    if task.file is None or kind.fresh is not fresh or (kind.permission and not actor.can(kind.permission)):
        raise NotFound()
    key = content_keys.open_key(session, SUBJECT, task.id)
    return task, files.read_sealed(_folder, key, task.file, _context(task.id))


class Run:
    """One attempt at one task, in the hands of what does the work."""

    def __init__(self, task: BackgroundTask, job_id: UUID) -> None:
        self.task_id, self._job_id = task.id, job_id
        self.title: str = task.title
        self.params: Mapping[str, Any] = dict(task.params)
        self.actor = Actor(user_id=task.user_id, org_id=task.org_id)
        self._told_at: float | None = None

    def progress(self, done: int, total: int) -> None:
        """Note how far it is and keep the job. Raises Cancelled; called outside of any transaction."""
        now = time.monotonic()
        if self._told_at is not None and done < total and now - self._told_at < TOLD_EVERY:
            return
        self._told_at = now
        running = (BackgroundTask.id == self.task_id, BackgroundTask.state == TaskState.RUNNING)
        with transaction() as session:
            outbox.extend_lease(session, self._job_id)
            session.execute(update(BackgroundTask).where(*running).values(done=done, total=total))
            asked = session.scalar(select(BackgroundTask.cancel_asked).where(*running))
        if asked is not False:
            raise Cancelled()


def forget_expired(now: datetime) -> int:
    """Remove what is past its time, its key with it, and files that no row names (a crash between the two)."""
    assert _folder is not None
    with transaction() as session:
        over = (BackgroundTask.expires_at <= now, BackgroundTask.state != TaskState.RUNNING)
        gone = session.scalars(select(BackgroundTask).where(*over).limit(500)).all()
        for task in gone:
            if task.file is not None:
                files.remove(_folder, task.file)
            content_keys.destroy_keys(session, SUBJECT, task.id)
            session.delete(task)
    known = set(reading().scalars(select(BackgroundTask.file)))
    for name in files.names_older_than(_folder, (now - SWEPT_AFTER).timestamp()):
        if name not in known:
            files.remove(_folder, name)
    return len(gone)


def tell_the_dead() -> int:
    """Say of each task whose job was buried, its workers having died, that it failed: nobody else is left to say it."""
    with transaction() as session:
        unfinished = session.scalars(select(BackgroundTask).where(BackgroundTask.state.in_(UNFINISHED))).all()
        by_key = {_dedup_key(task.id): task for task in unfinished}
        open_jobs = outbox.OutboxJob.dead_at.is_(None) & outbox.OutboxJob.dedup_key.in_(by_key)
        alive = set(session.scalars(select(outbox.OutboxJob.dedup_key).where(open_jobs)))
        dead = [task for key, task in by_key.items() if key not in alive]
        for task in dead:
            task.state, task.error, task.ended_at = TaskState.FAILED, WORKER_DIED, clock.now()
    return len(dead)


def _run(kind: Kind, job_id: UUID, task_id: UUID) -> None:
    task = _begun(task_id)
    if task is None:
        return
    run, attempts = Run(task, job_id), task.attempts
    try:
        if task.cancel_asked:
            raise Cancelled()
        with on_behalf(task.org_id, task.user_id):
            made = kind.work(run)
        _end(task_id, TaskState.DONE, made=made)
    except Cancelled:
        _end(task_id, TaskState.CANCELLED)
    except GaveUp as reason:
        _end(task_id, TaskState.FAILED, error=str(reason))
    except Exception as error:
        reading().rollback()
        log.warning("task failed", task=str(task_id), kind=kind.code, error=type(error).__name__)
        if attempts < ATTEMPTS:
            _end(task_id, TaskState.WAITING)
            raise
        _end(task_id, TaskState.FAILED, error=FAILED)


def _begun(task_id: UUID) -> BackgroundTask | None:
    """The task, running from now on; None for one that is over. It was running already when a worker died."""
    with transaction() as session:
        task = session.get(BackgroundTask, task_id, with_for_update=True, populate_existing=True)
        if task is None or not task.unfinished:
            return None
        task.state, task.done, task.attempts = TaskState.RUNNING, 0, task.attempts + 1
    return task


def _end(task_id: UUID, state: TaskState, *, error: str | None = None, made: Made | None = None) -> None:
    assert _folder is not None
    with transaction() as session:
        task = session.get(BackgroundTask, task_id, with_for_update=True, populate_existing=True)
        if task is None:
            return
        task.state, task.error = state, error
        if task.unfinished:
            return
        task.ended_at, task.expires_at = clock.now(), clock.now() + LASTS
        if made is not None:
            _folder.mkdir(mode=0o700, exist_ok=True)
            key, size = content_keys.create_key(session, SUBJECT, task.id), len(made.content)
            task.file = files.write_sealed(_folder, key, io.BytesIO(made.content), size, _context(task.id))
            task.file_name, task.file_size = made.name, size
        if state is TaskState.DONE:
            task.done = task.total


def _own(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    mine = (BackgroundTask.user_id == actor.user_id, BackgroundTask.org_id == actor.org_id)
    return (*mine, BackgroundTask.expires_at > clock.now())


def _job(code: str) -> str:
    return f"task.{code}"


def _dedup_key(task_id: UUID) -> str:
    return f"task:{task_id}"


def _context(task_id: UUID) -> str:
    return f"maillage|task|{task_id}"


@jobs.every(timedelta(minutes=5), "tasks.tidy", opens=(BackgroundTask, ContentKey))
def tidy(now: datetime) -> None:
    """Say what died, and remove what is past its time."""
    tell_the_dead()
    forget_expired(now)
