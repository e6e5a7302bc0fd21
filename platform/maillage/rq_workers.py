"""Jobs on RQ, for instances with several workers. The outbox stays the truth; Redis only carries ids.

A dispatcher offers due rows. The worker that gets an id leases the row and runs the handler that every other runner
would: whatever Redis loses, repeats or delivers late is a row that is offered again, or no longer due.
"""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import structlog
from flask import Flask
from redis import Redis, RedisError
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from maillage.kernel import jobs, outbox
from maillage.kernel.db import db, transaction

log = structlog.get_logger(__name__)

QUEUE = "maillage"
DEEPEST = 200
"""Ids waiting in Redis at most: few enough that each is taken before it would be offered again."""
_RUN = f"{__name__}.run_job"
_STOP_SECONDS = 20
_app: list[Flask] = []


def queue_at(redis_url: str) -> Queue:
    """The queue of this instance. Nothing is asked of Redis yet."""
    connection = Redis.from_url(redis_url, socket_connect_timeout=2, socket_timeout=5)
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer, default_timeout=-1)


def dispatcher(queue: Queue) -> Callable[[], int]:
    """What a Runner does in this mode: tell the workers of due jobs, or do them itself while Redis is away."""

    def work() -> int:
        try:
            return dispatch(queue)
        except RedisError as error:
            log.warning("queue unavailable", error=type(error).__name__)
            return jobs.run_due()

    return work


def dispatch(queue: Queue) -> int:
    """Offer due jobs to the workers; returns how many. Raises RedisError; what was not told is offered again."""
    room = DEEPEST - queue.count
    with transaction() as tx:
        outbox.bury_killers(tx)
        offered = [(str(job.id), job.attempts, job.offered_until) for job in outbox.offer(tx, max(room, 0))]
    for job_id, attempts, until in offered:
        assert until is not None
        name = f"{job_id}-{attempts}-{int(until.timestamp())}"
        queue.enqueue_call(_RUN, args=(job_id,), job_id=name, description="outbox", result_ttl=0, failure_ttl=600)
    return len(offered)


def run_job(job_id: str) -> None:
    """What RQ calls, in a process forked for it."""
    with _app[0].app_context():
        jobs.run_offered(UUID(job_id))


class _Worker(Worker):
    def main_work_horse(self, *args: Any, **kwargs: Any) -> None:
        with _app[0].app_context():
            db.engine.dispose(close=False)  # connections of the parent must not be spoken on twice
        super().main_work_horse(*args, **kwargs)


def work(app: Flask, queue: Queue, *, burst: bool = False) -> None:
    """Be one worker of the one queue, until asked to stop. A worker of several queues loses jobs when it crashes."""
    _app[:] = [app]
    _Worker([queue], connection=queue.connection, serializer=JSONSerializer).work(burst=burst, logging_level="WARNING")


class Crew:
    """Worker processes, started anew when one dies."""

    def __init__(self, size: int) -> None:
        self._crew = [self._start() for _ in range(size)]

    def revive(self) -> None:
        for place, process in enumerate(self._crew):
            if process.poll() is not None:
                log.warning("worker died", code=process.returncode)
                self._crew[place] = self._start()

    def stop(self) -> None:
        """Let each finish its job; whoever does not is killed, and its job comes back."""
        for process in self._crew:
            process.send_signal(signal.SIGTERM)
        for process in self._crew:
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()

    @staticmethod
    def _start() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "maillage.cli", "worker", "--one"]
        return subprocess.Popen(command)  # noqa: S603  ourselves


@contextmanager
def crew(size: int) -> Iterator[Crew]:
    found = Crew(size)
    try:
        yield found
    finally:
        found.stop()
