"""One handoff to a house of very many people, beside bare RQ with one job for each that does nothing: the same worker
processes do both, in turns."""

import os
import time
from collections.abc import Callable
from uuid import UUID

from harness import report
from rig.handoffs import Handoff
from rig.instances import Instance, with_queue
from rig.mailbox import Mailbox, mailbox
from sqlalchemy import insert

from maillage.accounts.models import Membership, User
from maillage.kernel.ids import new_id
from maillage.rq_workers import queue_at

RECIPIENTS = int(os.environ.get("RECIPIENTS", "10000"))
BARE = 500
AIM_TIMES = 20
LONGEST_SECONDS = 600


def test_telling_ten_thousand_people_beside_a_job_for_each() -> None:
    with mailbox() as box, with_queue(box.address) as instance:
        _fill(instance)
        before = box.kept()[0]
        first = bare_jobs(instance)
        seconds = tell(instance, box, before)
        second = bare_jobs(instance)
        count, addresses = box.kept()
    bare, told = 2 * BARE / (first + second), RECIPIENTS / seconds
    report(
        "fan-out",
        {
            "recipients": RECIPIENTS,
            "all told after, s": round(seconds, 1),
            "recipients/s": round(told),
            "bare RQ, jobs/s": round(bare, 1),
            "bare RQ, jobs/s, before and after": f"{BARE / first:.1f} {BARE / second:.1f}",
            f"times (at least {AIM_TIMES})": round(told / bare, 1),
            "mails, addresses": f"{count - before}, {addresses}",
        },
    )
    assert count - before >= RECIPIENTS
    assert told / bare >= AIM_TIMES


def _fill(instance: Instance) -> None:
    """The house that receives gets so many people more who answer."""
    org_id = next(UUID(org["id"]) for org in instance.world["organizations"] if org["key"] == "B")
    users = [
        {
            "id": new_id(),
            "email": f"personne-{number}@nombreux.example",
            "name": f"Personne {number}",
            "password_hash": "!",  # their invitation was taken up
        }
        for number in range(RECIPIENTS - 1)  # one is there already
    ]
    members = [{"user_id": user["id"], "org_id": org_id, "roles": ["intake"]} for user in users]
    with instance.engine.begin() as connection:
        connection.execute(insert(User), users)
        connection.execute(insert(Membership), members)


def tell(instance: Instance, box: Mailbox, before: int) -> float:
    """Seconds from the acknowledgement of the handoff to the last mail."""
    one = Handoff(0)
    instance.client().hand_over(one)
    start = time.monotonic()
    _wait(lambda: box.kept()[0] - before >= RECIPIENTS)
    return time.monotonic() - start


def bare_jobs(instance: Instance) -> float:
    """Seconds from the first one queued to the last one done."""
    queue = queue_at(instance.redis_url)
    start = time.monotonic()
    for _ in range(BARE):
        queue.enqueue_call("time.time", result_ttl=0)
    _wait(lambda: not queue.count and not queue.started_job_registry.get_job_count(cleanup=False))
    return time.monotonic() - start


def _wait(over: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not over():
        assert time.monotonic() < deadline, "it did not come to its end"
        time.sleep(0.1)
