"""What the walls cost: the inbox of somebody who answers, as it is read and as it would be without any, in turns."""

import time
from collections.abc import Callable

from bases import Measured, on_each
from harness import compare, summary
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from factories.referrals import Town, make_referral, make_town
from maillage.kernel.db import db
from maillage.kernel.scope import Scope, act_as
from maillage.referrals import queries
from maillage.referrals.codes import Side

LINES = 60
ROUNDS = 200
MOST_TIMES = 2.0


def test_the_inbox_with_and_without_the_walls() -> None:
    table = on_each(_measured)
    compare("inbox, with and without the walls", table)
    assert max(float(str(told["times"])) for told in table.values()) <= MOST_TIMES


def _measured(owner_url: str) -> Measured:
    town = make_town()
    for _ in range(LINES):
        make_referral(town)
    owner = create_engine(owner_url) if owner_url else db.engine
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    act_as(town.association.actor)
    bare = Session(owner, info={"scope": Scope(why="a bench", opens=frozenset({"*"}))})
    taken: dict[str, list[float]] = {"behind the walls": [], "without": []}
    for turn in range(ROUNDS + 20):
        for name, session in (("behind the walls", db.session()), ("without", bare)):
            ms = _timed(lambda session=session: _read(session, town))  # type: ignore[misc]
            if turn >= 20:
                taken[name].append(ms)
    bare.close()
    told: dict[str, object] = {
        f"{name}, {share}": ms for name, each in taken.items() for share, ms in summary(each).items()
    }
    p50 = [summary(each)["p50_ms"] for each in taken.values()]
    return told | {"times": round(p50[0] / p50[1], 2), "lines": LINES}


def _read(session: Session, town: Town) -> None:
    page = queries.inbox(session, town.association.actor, box=Side.RECEIVER)
    assert page.rows
    session.rollback()
    session.expunge_all()


def _timed(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - start)
