"""News to five thousand members: how long, in how many jobs, beside the bare rows that it has to write."""

import time

from bases import Measured, on_each
from harness import compare
from sqlalchemy import delete, func, insert, select

from factories.circle import crowd, make_circle
from factories.statements import StatementCounter
from maillage.kernel import clock, jobs
from maillage.kernel.db import db, session, transaction
from maillage.kernel.ids import new_id
from maillage.kernel.outbox import OutboxJob
from maillage.network.news import notices, service
from maillage.network.news.service import Content
from maillage.network.spreading import BATCH, JOB_TELL
from maillage.notifications.models import Notification

MEMBERS = 5_000


def test_news_reach_five_thousand_by_batches() -> None:
    table = on_each(_measured)
    compare("news to five thousand", table)
    assert all(told["jobs"] == -(-MEMBERS // BATCH) for told in table.values())


def _measured(_owner_url: str) -> Measured:
    circle = make_circle()
    crowd(circle, MEMBERS - 4)
    with circle.speaking("coordinator") as coordinator:
        content = Content("Colloque", "Le 3 mars.", (circle.namur, circle.hainaut))
        news_id = service.write(coordinator, content=content, leaves=True)
    counter = StatementCounter(db.engine)
    start = time.perf_counter()
    with counter:
        assert jobs.run_due(1) == 1
        batches = session().scalar(select(func.count()).where(OutboxJob.kind == JOB_TELL)) or 0
        assert jobs.run_due(batches) == batches
    taken = time.perf_counter() - start
    sent = select(func.count()).where(Notification.kind == notices.SENT.code)
    assert session().scalar(sent) == MEMBERS
    bare = _bare_rows(str(news_id))
    return {
        "seconds": round(taken, 2),
        "bare rows, seconds": round(bare, 2),
        "times": round(taken / bare, 1),
        "jobs": batches,
        "statements": len(counter.statements),
    }


def _bare_rows(key: str) -> float:
    """The same lines of five thousand inboxes, written again as rows and nothing else, as many at once."""
    mine = select(Notification.__table__).where(Notification.kind == notices.SENT.code)
    rows = [
        dict(row._mapping) | {"id": new_id(), "dedup_key": f"bare:{key}", "at": clock.now()}
        for row in session().execute(mine)
    ]
    session().rollback()
    start = time.perf_counter()
    for first in range(0, len(rows), BATCH):
        with transaction() as tx:
            tx.execute(insert(Notification.__table__), rows[first : first + BATCH])
    taken = time.perf_counter() - start
    with transaction() as tx:
        tx.execute(delete(Notification).where(Notification.dedup_key == f"bare:{key}"))
    return taken
