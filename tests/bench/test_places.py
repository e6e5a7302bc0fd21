"""Fifty people who want the places of one session at the same moment, twenty times over, on both databases."""

import time

from bases import Measured, on_each
from flask import current_app
from harness import compare

from factories.learning import AT_ONCE, Room, sign_up_at_once
from maillage.kernel import audit
from maillage.kernel.db import session

ROUNDS = 20


def test_exactly_the_number_of_places_wins() -> None:
    table = on_each(measured)
    compare("places", table)
    assert all(told["rounds as they should be"] == ROUNDS for told in table.values())


def measured(_owner_url: str) -> Measured:
    room = Room(AT_ONCE)
    start = time.perf_counter()
    for number in range(ROUNDS):
        sign_up_at_once(current_app._get_current_object(), room, 1 + 3 * number)  # type: ignore[attr-defined]
    taken = time.perf_counter() - start
    assert list(audit.verify(session())) == []
    return {"at once": AT_ONCE, "rounds as they should be": ROUNDS, "sign-ups, s": round(taken, 1)}
