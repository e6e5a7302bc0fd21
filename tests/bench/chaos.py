"""Handoffs while everything is killed again and again: `make chaos`, HANDOFFS=500 and KILLS=20 by default."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from itertools import count
from random import Random

import pytest
from harness import percentile, report
from rig.handoffs import Client, Handoff, hand_over_all
from rig.instances import Instance, in_one_process, with_all_servers
from rig.parts import Killers, Part
from rig.reckoning import present, reckon, settle
from services.smtp import SmtpSink
from sqlalchemy.exc import OperationalError

HANDOFFS = int(os.environ.get("HANDOFFS", "500"))
KILLS = int(os.environ.get("KILLS", "20"))
SEED = int(os.environ.get("SEED", "1"))
QUIET_SECONDS = int(os.environ.get("QUIET", "120"))
NORMAL_HANDOFFS, CRASHES = 40, 3
NORMAL_SECONDS, CRASHED_SECONDS = 30, 120


@pytest.mark.parametrize("made", [in_one_process, with_all_servers], ids=["one-process", "all-servers"])
def test_nothing_is_lost_doubled_or_stuck(made: Callable[[], AbstractContextManager[Instance]]) -> None:
    with made() as instance:
        client, before = instance.client(), present(instance.engine)
        killers = Killers(instance.parts, KILLS, SEED, client)
        killers.start()
        handed = hand_over_all(client, HANDOFFS, lambda: killers.share)
        killers.join()
        emptied = settle(instance.engine, QUIET_SECONDS)
        found = reckon(instance.engine, handed, sink_of(instance), before)
    kills = sum(killers.done.values())
    report(
        f"chaos-{made.__name__.replace('_', '-')}",
        {
            "handoffs acknowledged": sum(one.referral is not None for one in handed),
            "kills -9": ", ".join(f"{name} {number}" for name, number in killers.done.items()),
            "answers": ", ".join(f"{name}: {number}" for name, number in sorted(client.answers.items())),
        }
        | found.rows()
        | {f"nothing waits any more after, s (of {QUIET_SECONDS})": emptied},
    )
    assert not any(found.faults.values())
    assert found.repeats <= kills
    assert client.answers["500"] == 0


def test_mail_leaves_soon() -> None:
    """Normally, and when one part crashes while a handoff is on its way."""
    rows: dict[str, object] = {}
    late: list[float] = []
    chance, numbers = Random(SEED), count()
    with with_all_servers() as instance:
        client = instance.client()
        delays(instance, client, [Handoff(next(numbers))])  # the workers are up
        normal = delays(instance, client, [Handoff(next(numbers)) for _ in range(NORMAL_HANDOFFS)])
        rows["normally, p95, s"] = round(percentile(normal, 0.95), 1)
        for name, (part, _) in instance.parts.items():
            told: list[float] = []
            for _ in range(CRASHES):
                crash = threading.Thread(target=_crash, args=(part, chance))
                crash.start()
                told += delays(instance, client, [Handoff(next(numbers)) for _ in range(3)])
                crash.join()
            rows[f"{name} crashes, longest, s"] = round(max(told), 1)
            late += told
    report("mail-leaves", rows)
    assert percentile(normal, 0.95) < NORMAL_SECONDS
    assert max(late) < CRASHED_SECONDS


def delays(instance: Instance, client: Client, handoffs: list[Handoff]) -> list[float]:
    """From each acknowledgement to its mail, in seconds."""
    before = present(instance.engine)
    for one in handoffs:
        client.hand_over(one)
    deadline = time.monotonic() + 2 * CRASHED_SECONDS
    while time.monotonic() < deadline:
        time.sleep(0.5)
        with suppress(OperationalError):  # the database may be the part that crashed
            found = reckon(instance.engine, handoffs, sink_of(instance), before)
            if not (found.untold or found.undelivered):
                return found.delays
    raise AssertionError("no mail came")


def sink_of(instance: Instance) -> SmtpSink:
    assert instance.sink is not None
    return instance.sink


def _crash(part: Part, chance: Random) -> None:
    time.sleep(chance.uniform(0, 2))
    part.kill(chance)
    part.start()
