"""RQ on a real Redis, real forking workers: Redis may lose everything it was told, and nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from redis import Redis
from rq import Worker
from services.redis import RedisServer, redis
from sqlalchemy import select

from maillage import rq_workers
from maillage.kernel import clock, jobs, outbox
from maillage.kernel.db import session, transaction
from maillage.kernel.outbox import LEASE, OFFER, OutboxJob

# Several processes share a PostgreSQL: SQLite has the runner in its one process.
pytestmark = pytest.mark.parametrize("app", ["postgres"], indirect=True)

WORKER = """
import os, sys, time
from pathlib import Path
from maillage import rq_workers
from maillage.app import create_app
from maillage.kernel import jobs
from maillage.settings import Settings

folder, url, redis_url, notes = sys.argv[1:5]
app = create_app(Settings(data_dir=Path(folder), database_url=url))

@jobs.handles("test.note")
def note(job_id, payload):
    with open(notes, "a") as file:
        file.write(f"{payload['n']} {os.getpid()}\\n")
    time.sleep(payload.get("seconds", 0))

rq_workers.work(app, rq_workers.queue_at(redis_url), burst=len(sys.argv) > 5)
"""


@pytest.fixture(scope="session")
def redis_process() -> Iterator[RedisServer]:
    if os.environ.get("SKIP_SERVICES") == "1":
        pytest.skip("SKIP_SERVICES=1")
    with redis() as server:
        yield server


@pytest.fixture
def redis_server(redis_process: RedisServer) -> Iterator[RedisServer]:
    """An empty Redis, running again afterwards whatever a test did to it."""
    with Redis.from_url(redis_process.url) as client:
        client.flushall()
    yield redis_process
    redis_process.kill()
    redis_process.start()


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes"
    path.touch()
    return path


@pytest.fixture
def worker(app: Flask, redis_server: RedisServer, notes: Path) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Starts a worker process of this instance; `burst` makes it end once the queue is empty."""
    settings, started = app.extensions["maillage_settings"], []

    def start(*, burst: bool = True) -> "subprocess.Popen[bytes]":
        where = [str(settings.data_dir), settings.database_url, redis_server.url, str(notes)]
        process = subprocess.Popen([sys.executable, "-c", WORKER, *where, *(["burst"] if burst else [])])
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def enqueue(**payload: object) -> UUID:
    with transaction() as tx:
        return outbox.enqueue(tx, "test.note", payload).id


def row(job_id: UUID) -> OutboxJob:
    session().rollback()
    return session().scalars(select(OutboxJob).where(OutboxJob.id == job_id)).one()


def said(notes: Path) -> list[int]:
    return sorted(int(line.split()[0]) for line in notes.read_text().splitlines())


def wait_until(true: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come in time"
        time.sleep(0.05)


def test_workers_do_what_they_are_told_each_job_once(
    app: Flask, redis_server: RedisServer, worker: Callable[..., "subprocess.Popen[bytes]"], notes: Path
) -> None:
    queue = rq_workers.queue_at(redis_server.url)
    made = [enqueue(n=n) for n in range(12)]
    assert rq_workers.dispatch(queue) == 12
    assert rq_workers.dispatch(queue) == 0, "they were told already"
    for process in [worker(), worker()]:
        assert process.wait(60) == 0
    assert said(notes) == list(range(12))
    assert all(row(job_id).done_at for job_id in made)
    assert len({line.split()[1] for line in notes.read_text().splitlines()}) == 12, "each in a process forked for it"


def test_redis_holds_ids_and_nothing_else(app: Flask, redis_server: RedisServer) -> None:
    job_id = enqueue(n=1, to="canari@organisation.example")
    rq_workers.dispatch(rq_workers.queue_at(redis_server.url))
    with Redis.from_url(redis_server.url) as client:
        [key] = client.keys("rq:job:*")
        held = client.hgetall(key)
        kept = b"".join(client.dump(name) for name in client.keys("*"))
    assert str(job_id).encode() in key
    assert b"canari" not in kept
    assert json.loads(zlib.decompress(held[b"data"]))[2] == [str(job_id)]


def test_what_redis_loses_is_offered_again(
    app: Flask, redis_server: RedisServer, worker: Callable[..., "subprocess.Popen[bytes]"], notes: Path
) -> None:
    queue = rq_workers.queue_at(redis_server.url)
    job_id = enqueue(n=7)
    assert rq_workers.dispatch(queue) == 1
    redis_server.kill()
    redis_server.start()
    assert rq_workers.dispatch(queue) == 0, "not yet: it may only be slow"
    with clock.at(clock.now() + OFFER + timedelta(seconds=1)):
        assert rq_workers.dispatch(queue) == 1
    assert worker().wait(60) == 0
    assert said(notes) == [7]
    assert row(job_id).lapses == 0, "no worker died of it"


def test_an_id_told_twice_runs_once(
    app: Flask, redis_server: RedisServer, worker: Callable[..., "subprocess.Popen[bytes]"], notes: Path
) -> None:
    queue = rq_workers.queue_at(redis_server.url)
    enqueue(n=3)
    rq_workers.dispatch(queue)
    with clock.at(clock.now() + OFFER + timedelta(seconds=1)):
        rq_workers.dispatch(queue)
    assert queue.count == 2
    assert worker().wait(60) == 0
    assert said(notes) == [3]


def test_without_redis_the_dispatcher_works_itself(app: Flask, redis_server: RedisServer) -> None:
    ran: list[int] = []
    jobs.handles("test.note")(lambda job_id, payload: ran.append(payload["n"]))
    enqueue(n=5)
    redis_server.kill()
    work = rq_workers.dispatcher(rq_workers.queue_at(redis_server.url))
    assert work() == 1
    assert ran == [5]


def test_a_worker_killed_in_the_middle_gives_its_job_back(
    app: Flask, redis_server: RedisServer, worker: Callable[..., "subprocess.Popen[bytes]"], notes: Path
) -> None:
    queue = rq_workers.queue_at(redis_server.url)
    job_id = enqueue(n=1, seconds=60)
    rq_workers.dispatch(queue)
    process = worker(burst=False)
    wait_until(lambda: said(notes))
    horse = int(notes.read_text().split()[1])
    process.kill()
    os.kill(horse, signal.SIGKILL)
    ran: list[int] = []
    jobs.handles("test.note")(lambda job_id, payload: ran.append(payload["n"]))
    assert not jobs.run_offered(job_id), "the dead worker's lease still holds"
    with clock.at(clock.now() + LEASE + timedelta(seconds=1)):
        assert jobs.run_offered(job_id)
    assert ran == [1]
    assert (row(job_id).attempts, row(job_id).lapses) == (2, 1)


def test_what_a_crash_took_along_is_done_within_a_minute(app: Flask, redis_server: RedisServer) -> None:
    """A mail leaves within two: the job that tells somebody may crash, then a moment is left for the one that mails."""
    queue = rq_workers.queue_at(redis_server.url)
    ran: list[int] = []
    jobs.handles("test.note")(lambda job_id, payload: ran.append(payload["n"]))
    job_id = enqueue(n=4)
    rq_workers.dispatch(queue)
    with transaction() as tx:
        assert outbox.lease_one(tx, job_id), "by a worker that dies at once"
    with clock.at(clock.now() + timedelta(seconds=61)):
        assert rq_workers.dispatch(queue) == 1
        assert jobs.run_offered(job_id)
    assert ran == [4]


def test_the_queue_never_holds_more_than_is_soon_done(app: Flask, redis_server: RedisServer) -> None:
    queue = rq_workers.queue_at(redis_server.url)
    for n in range(rq_workers.DEEPEST + 5):
        enqueue(n=n)
    assert rq_workers.dispatch(queue) == rq_workers.DEEPEST
    assert rq_workers.dispatch(queue) == 0
    assert queue.count == rq_workers.DEEPEST


def test_the_worker_command_keeps_its_crew_alive_and_stops_when_asked(
    app: Flask, redis_server: RedisServer, tmp_path: Path
) -> None:
    """The command as an operator runs it: a mail leaves, a killed worker is replaced, the end is clean."""
    settings = app.extensions["maillage_settings"]
    log = tmp_path / "worker.log"
    environment = os.environ | {
        "MAILLAGE_DATA_DIR": str(settings.data_dir),
        "MAILLAGE_DATABASE_URL": settings.database_url,
        "MAILLAGE_REDIS_URL": redis_server.url,
    }
    command = [sys.executable, "-m", "maillage.cli", "worker", "--processes", "1"]
    with log.open("wb") as out:
        boss = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
    try:
        queue = rq_workers.queue_at(redis_server.url)
        wait_until(lambda: _workers(queue.connection))
        with transaction() as tx:
            doomed = outbox.enqueue(tx, "test.nobody_handles_it", {}).id
        wait_until(lambda: row(doomed).dead_at)
        [first] = _workers(queue.connection)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: _workers(queue.connection) - {first})
        with transaction() as tx:
            another = outbox.enqueue(tx, "test.nobody_handles_it", {}).id
        wait_until(lambda: row(another).dead_at)
        boss.send_signal(signal.SIGTERM)
        assert boss.wait(40) == 0, log.read_text()
    finally:
        boss.kill()
    assert "Traceback" not in log.read_text()


def _workers(connection: "Redis") -> set[int]:
    return {worker.pid for worker in Worker.all(connection=connection) if worker.pid}
