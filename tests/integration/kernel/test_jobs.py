"""The runner: nothing is lost, nothing runs twice at once, what cannot work is kept for a human."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import insert, select

from maillage.kernel import clock, jobs, outbox
from maillage.kernel.db import db, session, transaction
from maillage.kernel.jobs import CHORE_LEASE, CHORE_RETRY, ChoreRun, PermanentFailure, Runner
from maillage.kernel.outbox import LEASE, MAX_ATTEMPTS, MAX_LAPSES, OutboxJob

# Another process of the same instance, whose handler never comes to its end.
DOOMED = """
import sys, time
from pathlib import Path
from maillage.app import create_app
from maillage.kernel import jobs
from maillage.settings import Settings

folder, url, mark = sys.argv[1:]
app = create_app(Settings(data_dir=Path(folder), database_url=url))

@jobs.handles("test.crash")
def handler(job_id, payload):
    Path(mark).write_text(str(job_id))
    time.sleep(60)

with app.app_context():
    jobs.run_due()
"""


@pytest.fixture
def ran() -> Iterator[list[int]]:
    """What the handler of "test.note" was given, in order."""
    seen: list[int] = []
    jobs.handles("test.note")(lambda job_id, payload: seen.append(payload["n"]))
    return seen


def enqueue(kind: str = "test.note", **payload: object) -> UUID:
    with transaction() as tx:
        return outbox.enqueue(tx, kind, payload).id


def job(job_id: UUID) -> OutboxJob:
    session().rollback()
    return session().scalars(select(OutboxJob).where(OutboxJob.id == job_id)).one()


def test_a_job_survives_the_kill_of_its_worker(app: Flask, tmp_path: Path) -> None:
    seen: list[UUID] = []
    jobs.handles("test.crash")(lambda job_id, payload: seen.append(job_id))
    job_id, mark = enqueue("test.crash"), tmp_path / "started"
    settings = app.extensions["maillage_settings"]
    worker = subprocess.Popen([sys.executable, "-c", DOOMED, settings.data_dir, settings.database_url, mark])
    try:
        deadline = time.monotonic() + 30
        while not mark.exists() and worker.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        worker.kill()
    assert worker.wait(timeout=10) == -signal.SIGKILL
    assert mark.exists()

    assert jobs.drain() == 0, "the lease of the dead worker still holds"
    with clock.at(clock.now() + LEASE + timedelta(seconds=1)):
        assert jobs.drain() == 1
    assert seen == [job_id]
    assert job(job_id).done_at is not None
    assert job(job_id).attempts == 2


def test_a_job_stays_with_who_works_however_slowly(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "RENEWAL", timedelta(milliseconds=20))
    leases: list[datetime] = []

    def lease_of(job_id: UUID) -> datetime:
        with db.engine.connect() as connection:
            return connection.execute(select(OutboxJob.lease_until).where(OutboxJob.id == job_id)).scalar_one()

    def slow(job_id: UUID, _payload: dict[str, object]) -> None:
        leases.append(lease_of(job_id))
        deadline = time.monotonic() + 30
        while lease_of(job_id) == leases[0] and time.monotonic() < deadline:
            time.sleep(0.02)
        leases.append(lease_of(job_id))

    jobs.handles("test.slow")(slow)
    done = enqueue("test.slow")
    jobs.run_due()
    assert leases[1] > leases[0]
    assert job(done).lease_until is None


def test_two_workers_share_the_work_without_doing_any_of_it_twice(app: Flask, ran: list[int]) -> None:
    for n in range(40):
        enqueue(n=n)

    def work() -> None:
        with app.app_context():
            jobs.drain()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ran) == list(range(40))


def test_a_slow_job_does_not_run_out_the_lease_of_its_neighbour(app: Flask) -> None:
    free: list[int] = []

    def slow(job_id: UUID, payload: dict[str, object]) -> None:
        with transaction() as tx:
            free.append(len(outbox.lease(tx, 10)))

    jobs.handles("test.slow")(slow)
    enqueue("test.slow")
    enqueue("test.slow")
    jobs.run_due()
    assert free == [1], "the neighbour was still free for another worker while the first ran"


def test_a_job_that_never_works_is_buried_with_its_reason_and_can_be_replayed(app: Flask) -> None:
    broken = True

    def explode(job_id: UUID, payload: dict[str, object]) -> None:
        if broken:
            raise ValueError("Madame Durand")

    jobs.handles("test.broken")(explode)
    job_id, moment = enqueue("test.broken"), clock.now()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        with clock.at(moment):
            assert jobs.drain() == 1
        assert job(job_id).attempts == attempt
        moment += timedelta(hours=2)
    assert job(job_id).dead_at is not None
    assert job(job_id).error == "ValueError"
    with clock.at(moment):
        assert jobs.drain() == 0
        broken = False
        with transaction() as tx:
            outbox.replay(tx, job_id)
        assert jobs.drain() == 1
    assert job(job_id).done_at is not None


def test_how_long_the_oldest_job_waits_is_known(app: Flask, ran: list[int]) -> None:
    assert outbox.oldest_waiting(session()) is None
    with clock.at(clock.now() - timedelta(minutes=7)):
        enqueue(n=1)
        since = clock.now()
    enqueue(n=2)
    found = outbox.oldest_waiting(session())
    assert found is not None
    assert abs(found - since) < timedelta(seconds=1)
    jobs.drain()
    session().rollback()
    assert outbox.oldest_waiting(session()) is None


def test_delays_grow_to_an_hour(app: Flask) -> None:
    delays = [jobs._backoff(attempt).total_seconds() for attempt in (1, 2, 3, 10, MAX_ATTEMPTS)]
    for delay, expected in zip(delays, (10, 20, 40, 3600, 3600), strict=True):
        assert 0.8 * expected <= delay <= 1.2 * expected


@pytest.mark.parametrize("kind", ["test.nobody_handles_it", "test.hopeless"])
def test_what_trying_again_cannot_help_is_buried_at_once(app: Flask, kind: str) -> None:
    def hopeless(job_id: UUID, payload: dict[str, object]) -> None:
        raise PermanentFailure("gone")

    jobs.handles("test.hopeless")(hopeless)
    job_id = enqueue(kind)
    jobs.drain()
    assert job(job_id).dead_at is not None
    assert job(job_id).error in {"unknown kind", "gone"}


def test_a_chore_runs_once_an_interval_whoever_ticks(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[datetime] = []
    monkeypatch.setattr(jobs, "_chores", {})
    jobs.every(timedelta(hours=1), "test.chore")(ran.append)
    start = clock.now()

    def tick(moment: datetime) -> None:
        with app.app_context():
            jobs.tick(moment)

    for moment in (start, start + timedelta(minutes=59), start + timedelta(minutes=61)):
        threads = [threading.Thread(target=tick, args=(moment,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert ran == [start, start + timedelta(minutes=61)]


def test_the_very_first_run_of_a_chore_is_that_of_one_process_only(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_chores", {})
    jobs.every(timedelta(hours=1), "test.first")(lambda moment: None)
    now, ran = clock.now(), list[str]()

    def tick() -> None:
        with app.app_context():
            ran.extend(jobs.tick(now))

    late = threading.Thread(target=tick)
    with db.engine.begin() as other_process:
        other_process.execute(insert(ChoreRun).values(name="test.first", last_at=now))
        late.start()
        late.join(timeout=0.5)
        assert late.is_alive(), "it waits to know whether the other one commits"
    late.join(timeout=10)
    assert ran == []


def test_a_chore_that_fails_stops_no_other(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_chores", {})

    def fails(moment: datetime) -> None:
        raise ValueError

    jobs.every(timedelta(hours=1), "test.fails")(fails)
    jobs.every(timedelta(hours=1), "test.works")(lambda moment: None)
    assert jobs.tick() == ["test.works"]


def test_a_chore_that_fails_is_tried_again_soon_not_an_interval_later(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_chores", {})
    outcomes = iter([ValueError(), None])

    def stumbles_once(moment: datetime) -> None:
        if (error := next(outcomes)) is not None:
            raise error

    jobs.every(timedelta(days=1), "test.stumbles")(stumbles_once)
    start = clock.now()
    assert jobs.tick(start) == []
    assert jobs.tick(start + timedelta(minutes=1)) == [], "not at once either"
    assert jobs.tick(start + CHORE_RETRY) == ["test.stumbles"]
    assert jobs.tick(start + timedelta(hours=23)) == []


def test_a_chore_whose_process_died_is_run_by_another(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        """As SIGKILL: nothing of ours runs afterwards."""

    monkeypatch.setattr(jobs, "_chores", {})
    deaths = iter([Killed()])

    def dies_once(moment: datetime) -> None:
        if death := next(deaths, None):
            raise death

    jobs.every(timedelta(days=1), "test.dies")(dies_once)
    start = clock.now()
    with pytest.raises(Killed):
        jobs.tick(start)
    assert jobs.tick(start + CHORE_LEASE - timedelta(seconds=1)) == []
    assert jobs.tick(start + CHORE_LEASE) == ["test.dies"]


def test_a_job_that_kills_its_workers_is_buried_and_can_be_replayed(app: Flask, ran: list[int]) -> None:
    killer, moment = enqueue(n=1), clock.now()
    for _ in range(MAX_LAPSES + 1):
        with clock.at(moment), transaction() as tx:
            assert [one.id for one in outbox.lease(tx, 1)] == [killer]
        moment += LEASE + timedelta(seconds=1)
    other = enqueue(n=2)
    with clock.at(moment):
        jobs.drain()
        assert (job(killer).error, job(killer).done_at) == ("its worker died", None)
        assert job(other).done_at is not None
        with transaction() as tx:
            outbox.replay(tx, killer)
        jobs.drain()
    assert ran == [2, 1]


def test_the_embedded_runner_wakes_at_the_commit_and_outlives_a_failure(app: Flask, ran: list[int]) -> None:
    failures = iter([True])

    def stumble() -> object:
        if next(failures, False):
            raise RuntimeError
        return app.app_context()

    runner = Runner(stumble, idle_seconds=30, tick_seconds=3600)  # type: ignore[arg-type]
    runner.start()
    try:
        time.sleep(0.3)
        started = time.monotonic()
        enqueue(n=1)
        while not ran and time.monotonic() - started < 5:
            time.sleep(0.01)
    finally:
        runner.stop()
        outbox.on_wake(lambda: None)
        db.session.remove()
    assert ran == [1]
