"""One commit per verb, on both databases."""

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from maillage.kernel import audit, jobs, outbox
from maillage.kernel.actor import SYSTEM
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Conflict
from maillage.kernel.outbox import OutboxJob


def test_a_refused_verb_leaves_nothing(app: Flask) -> None:
    with pytest.raises(RuntimeError), transaction() as tx:
        outbox.enqueue(tx, "test.kind", {})
        raise RuntimeError
    assert session().scalar(select(func.count()).select_from(OutboxJob)) == 0


def test_a_verb_inside_a_verb_is_a_programming_error(app: Flask) -> None:
    with transaction(), pytest.raises(RuntimeError), transaction():
        pass


def test_what_exists_already_is_a_conflict_and_a_mistake_of_ours_is_none(app: Flask) -> None:
    with transaction() as tx:
        outbox.enqueue(tx, "test.kind", {}, dedup_key="once")
    with pytest.raises(Conflict), transaction() as tx:
        outbox.enqueue(tx, "test.kind", {}, dedup_key="once")
    with pytest.raises(IntegrityError), transaction() as tx:
        tx.add(OutboxJob(kind=None, payload_ref={}))  # type: ignore[arg-type]
    assert session().scalar(select(func.count()).select_from(OutboxJob)) == 1


def test_concurrent_writers_leave_one_linear_chain(app: Flask) -> None:
    def write() -> None:
        with app.app_context():
            for _ in range(5):
                with transaction() as tx:
                    audit.record(tx, SYSTEM, "test.done", "test", None)

    with transaction() as tx:
        audit.record(tx, SYSTEM, "test.first", "test", None)
    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = session().scalars(select(audit.AuditEntry).order_by(audit.AuditEntry.seq)).all()
    assert [entry.seq for entry in entries] == list(range(1, 42))
    assert list(audit.verify(session())) == []


def test_a_job_runs_and_a_failing_one_is_kept_with_a_reason_without_content(app: Flask) -> None:
    seen = []
    jobs.handles("test.good")(lambda job_id, payload: seen.append(payload["n"]))

    def explode(job_id: object, payload: dict[str, object]) -> None:
        raise ValueError("Madame Durand")

    jobs.handles("test.bad")(explode)
    with transaction() as tx:
        outbox.enqueue(tx, "test.good", {"n": 1})
        outbox.enqueue(tx, "test.bad", {})
    jobs.drain()
    assert seen == [1]
    failed = session().scalars(select(OutboxJob).where(OutboxJob.kind == "test.bad")).one()
    assert failed.error == "ValueError"
    assert failed.done_at is None
    assert failed.not_before > failed.created_at
