"""What handing a situation over costs beside the very same rows written bare, on both databases, in turns."""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from bases import Measured, on_each
from harness import compare, summary
from sqlalchemy import Engine, create_engine, insert, select

from factories.referrals import Town, make_situation, make_town, terms
from maillage.kernel import content_keys
from maillage.kernel.content_keys import ContentKey
from maillage.kernel.crypto import KeyRing, new_data_key, seal, unseal
from maillage.kernel.db import db, session
from maillage.kernel.ids import new_id
from maillage.kernel.outbox import OutboxJob
from maillage.kernel.scope import act_as
from maillage.referrals import sealing, service
from maillage.referrals.models import Referral, ReferralEvent, ReferralParty, Situation

ROUNDS, WARM = 300, 30
AIM_TIMES, MOST_TIMES = 2.0, 7.0
"""The aim is not met where the disk is as fast as here; what holds is that it gets no worse (docs/security.md)."""
MOST_SEALING = 0.1
Rows = dict[type[Any], list[dict[str, Any]]]


def test_a_handoff_costs_little_more_than_its_rows() -> None:
    table = on_each(measured)
    compare("handoff", table)
    assert all(float(str(told["times"])) <= MOST_TIMES for told in table.values())
    assert all(float(str(told["sealing, share"])) <= MOST_SEALING for told in table.values())


def measured(owner_url: str) -> Measured:
    town = make_town()
    service_id = town.service.id
    owner = create_engine(owner_url) if owner_url else db.engine
    taken: dict[str, list[float]] = {"handoff": [], "bare rows": [], "sealing": []}
    for turn in range(WARM + ROUNDS):
        situation_id = make_situation(town.landlord.actor)
        act_as(town.landlord.actor)
        sent, ms = timed(lambda: hand_over(town, situation_id, service_id))  # noqa: B023  called at once
        rows = rows_of(owner, sent)
        _, bare_ms = timed(lambda: write_bare(owner, rows))  # noqa: B023
        _, sealing_ms = timed(sealing_of(situation_id))
        if turn >= WARM:
            for name, value in zip(taken, (ms, bare_ms, sealing_ms), strict=True):
                taken[name].append(value)
    told: dict[str, object] = {
        f"{name}, {key}": ms for name, each in taken.items() for key, ms in summary(each).items()
    }
    told |= {f"{name}, least, ms": round(min(each), 2) for name, each in taken.items()}
    handoff, bare, sealed = (summary(each)["p50_ms"] for each in taken.values())
    return told | {
        "times": round(handoff / bare, 2), "aim": AIM_TIMES, "sealing, share": round(sealed / handoff, 3)
    }  # fmt: skip


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    found = act()
    return found, 1000 * (time.perf_counter() - start)


def hand_over(town: Town, situation_id: UUID, service_id: UUID) -> UUID:
    me = town.landlord.actor
    return service.refer(me, situation_id=situation_id, service_ids=[service_id], terms=terms())[0].id


def rows_of(owner: Engine, referral_id: UUID) -> Rows:
    """What the handoff added, its audit entry aside, under ids of its own."""
    found: Rows = {}
    fresh = new_id()
    with owner.connect() as connection:

        def take(model: type[Any], name: str, value: object, **changes: Callable[[], object]) -> Any:
            table = model.__table__
            rows = connection.execute(select(table).where(table.c[name] == value)).mappings().all()
            found[model] = [dict(row) | {name: make() for name, make in changes.items()} for row in rows]
            return rows[0]

        take(Referral, "id", referral_id, id=lambda: fresh)
        take(ReferralParty, "referral_id", referral_id, referral_id=lambda: fresh)
        take(ContentKey, "subject_id", referral_id, id=new_id, subject_id=lambda: fresh)
        event = take(ReferralEvent, "referral_id", referral_id, id=new_id, referral_id=lambda: fresh)
        told = f"referral.step:{event['id']}"
        take(OutboxJob, "dedup_key", told, id=new_id, dedup_key=lambda: str(new_id()))
    assert [len(rows) for rows in found.values()] == [1, 2, 1, 1, 1]
    return found


def write_bare(owner: Engine, rows: Rows) -> None:
    with owner.begin() as connection:
        for model, each in rows.items():
            connection.execute(insert(model.__table__), each)


def sealing_of(situation_id: UUID) -> Callable[[], None]:
    """What a handoff seals and opens: the situation read, a key made and wrapped, the card and the identity sealed."""
    situation = session().get_one(Situation, situation_id)
    (row,) = session().scalars(select(ContentKey).where(ContentKey.subject_id == situation_id))
    ring: KeyRing = content_keys.ring()
    opened = sealing.open_content(content_keys.unwrap(row), situation).model_dump(mode="json")
    context = sealing.context("situation", situation.id, "content", situation.org_id)
    session().expunge_all()  # or what is measured would read them again
    session().rollback()

    def run() -> None:
        unseal(content_keys.unwrap(row), situation.sealed, context)
        key = new_data_key()
        ring.wrap(key, context)
        for _ in range(2):
            seal(key, opened, context)

    return run
