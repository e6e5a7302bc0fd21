"""Somebody else's thing costs what no thing at all costs: the very same statements, on both databases.

That the answers are equal is `test_matrix`'s; what the clock says of two hundred pairs, `bench/test_foreign.py`'s.
"""

from pathlib import Path

import pytest
from flask import Flask

from factories.foreign import Door, doors
from factories.referrals import Town
from factories.statements import StatementCounter
from maillage.kernel.db import db

pytestmark = pytest.mark.security


def cost(door: Door, thing: str) -> tuple[int, list[str], int, int]:
    """How it is answered, and every statement in its order, what tells the walls who acts, and the commits."""
    with StatementCounter(db.engine) as counted:
        answer = door.ask_foreign() if thing == "foreign" else door.ask_unknown()
    return answer.status_code, counted.statements, counted.told, counted.commits


def test_the_same_statements_for_what_is_foreign_and_what_is_not_there(app: Flask, town: Town, tmp_path: Path) -> None:
    for name, door in doors(app, town, tmp_path / "files").items():
        app.url_map.bind("localhost").match(door.path.format(door.foreign), "GET" if door.post is None else "POST")
        first, second, third = (cost(door, thing) for thing in ("foreign", "unknown", "foreign"))
        assert first == second == third, name
        status, statements, _, commits = first
        assert status in (403, 404), name
        assert statements and not commits, name
