"""What was promised, beside what the database holds and what the mail server got."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from harness import percentile
from services.smtp import SmtpSink
from sqlalchemy import Engine, func, select

from maillage.kernel.outbox import OutboxJob
from maillage.notifications.models import Notification
from maillage.referrals.models import Referral, Situation
from rig.handoffs import Handoff

_MESSAGE_ID = re.compile(rb"^Message-ID: *(?:\r\n )?<([0-9a-f-]{36})@", re.I | re.M)
Rows = Sequence[Any]


@dataclass(frozen=True)
class Reckoning:
    absent: int
    duplicated: int
    untold: int
    undelivered: int
    foreign: int
    repeats: int
    stuck: int
    dead: int
    delays: list[float]

    @property
    def faults(self) -> dict[str, int]:
        """What must be nothing."""
        return {
            "acknowledged and absent": self.absent,
            "duplicated": self.duplicated,
            "handoffs nobody was told of": self.untold,
            "notices without their mail": self.undelivered,
            "mails under another Message-ID": self.foreign,
            "stuck": self.stuck,
            "given up": self.dead,
        }

    def rows(self) -> dict[str, object]:
        rows: dict[str, object] = {**self.faults, "mails repeated, same Message-ID": self.repeats}
        delays = {
            "p50": percentile(self.delays, 0.5),
            "p95": percentile(self.delays, 0.95),
            "longest": max(self.delays),
        }
        return rows | {f"from acknowledgement to mail, {name}, s": round(s, 1) for name, s in delays.items()}


def waiting(engine: Engine) -> int:
    """Jobs that are neither done nor given up."""
    table = OutboxJob.__table__
    with engine.connect() as connection:
        query = select(func.count()).select_from(table).where(table.c.done_at.is_(None), table.c.dead_at.is_(None))
        return connection.execute(query).scalar_one()


def settle(engine: Engine, seconds: float) -> float:
    """Let it be quiet for so long; returns after how many seconds nothing waited any more."""
    start, empty = time.monotonic(), 0.0
    while time.monotonic() - start < seconds:
        if not waiting(engine):
            empty = empty or time.monotonic() - start
        else:
            empty = 0.0
        time.sleep(1)
    return round(empty, 1)


def present(engine: Engine) -> frozenset[UUID]:
    """Referrals and situations, to be left out of a reckoning that starts now."""
    return frozenset(row.id for model in (Referral, Situation) for row in _all(engine, model))


def reckon(engine: Engine, handed: list[Handoff], sink: SmtpSink, before: frozenset[UUID]) -> Reckoning:
    """Each handoff made a situation and a referral of its own."""
    situations = {row.id for row in _all(engine, Situation)} - before
    referrals = [row for row in _all(engine, Referral) if row.id not in before]
    notices = _all(engine, Notification)
    ours = [row for row in notices if row.about not in before]
    jobs = _all(engine, OutboxJob)
    arrived = _arrivals(sink)
    promised = {id for one in handed for id in (one.situation, one.referral)}
    acknowledged = {one.referral: one.acknowledged for one in handed}
    told = {row.about for row in ours}
    return Reckoning(
        absent=len(promised - situations - {row.id for row in referrals}),
        duplicated=len(situations) + len(referrals) - len(promised),
        untold=sum(row.id not in told for row in referrals),
        undelivered=sum(row.mail_id not in arrived or row.mailed_at is None for row in ours if row.mail_id),
        foreign=len(arrived.keys() - {row.mail_id for row in notices}),
        repeats=sum(len(times) - 1 for times in arrived.values()),
        stuck=sum(row.done_at is None and row.dead_at is None for row in jobs),
        dead=sum(row.dead_at is not None for row in jobs),
        delays=[
            max(0.0, arrived[row.mail_id][0] - acknowledged[row.about])
            for row in ours
            if row.mail_id in arrived and row.about in acknowledged
        ],
    )


def _all(engine: Engine, model: type[Any]) -> Rows:
    with engine.connect() as connection:
        return connection.execute(select(model.__table__)).all()


def _arrivals(sink: SmtpSink) -> dict[UUID, list[float]]:
    """By Message-ID, when it came."""
    found: dict[UUID, list[float]] = {}
    with sink.keeping:
        for (_, mail), at in zip(sink.mails, sink.arrivals, strict=True):
            named = _MESSAGE_ID.search(mail)
            assert named is not None, "a mail without a Message-ID of ours"
            found.setdefault(UUID(named[1].decode()), []).append(at)
    return found
