"""The inbox as referrals pile up, on PostgreSQL behind its walls. Outside CI: `make bench-large`; INBOX says how many.

Skeleton rows, written by the server itself: a situation, a referral and its two parties each, without content. One of
400 organisations receives a tenth of all; the last 4 of 100 are open, as in two years of which each is open
for a month.
"""

import html
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bases import Measured
from flask import Flask
from harness import RESULTS, compare, percentile, time_each
from services.postgres import postgres
from sqlalchemy import Engine, create_engine, text

from conftest import make_app
from factories.accounts import sign_in
from factories.process import own_process
from factories.referrals import Side, make_referral, make_side, make_town, stored
from factories.statements import StatementCounter
from maillage.kernel.db import Base, db
from maillage.referrals.models import Referral, Situation

SIZES = [int(size) for size in os.environ.get("INBOX", "10000 100000").split()]
ORGANIZATIONS, SENDERS = 399, 40  # beside the biggest
ROUNDS, BATCH = 60, 250_000
MOST_TIMES, MOST_STATEMENTS = 1.5, 6
FRAME = 4  # who comes in, where else they work, what is unread or late, what waits: asked by every page
NEXT = re.compile(r'href="([^"]+)" rel="next"')
NUMBERS = "generate_series(CAST(:start AS int), CAST(:end AS int))"
SECONDARY = """SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('situation', 'referral', 'referral_party')
    AND indexname NOT IN (SELECT conname FROM pg_constraint)"""
VIEWS = {"to do": "", "open": "?view=open", "closed": "?view=closed"}
NUMBERED = "overlay(lpad(to_hex(n), 32, '0') placing '7' from 13)::uuid"
REFERENCE = "upper(lpad(to_hex(n), 8, '0'))"
SENDER = f"(CAST(:senders AS uuid[]))[1 + n % {SENDERS}]"
LATELY = "now() - make_interval(mins => CAST(:size AS int) - n)"
MADE_UP: dict[type[Base], dict[str, str]] = {
    Situation: {"id": NUMBERED, "org_id": SENDER, "reference": REFERENCE, "sealed": "''::bytea"},
    Referral: {
        "id": NUMBERED,
        "situation_id": NUMBERED,
        "batch_id": NUMBERED,
        "reference": REFERENCE,
        "sender_org_id": SENDER,
        "receiver_org_id": "CASE n % 10 WHEN 0 THEN CAST(:biggest AS uuid) "
        f"ELSE (CAST(:others AS uuid[]))[1 + n % {ORGANIZATIONS}] END",
        "urgency": "(ARRAY['normal', 'normal', 'normal', 'normal', 'urgent', 'emergency'])[1 + n / 7 % 6]",
        "pressing": "(ARRAY[0, 0, 0, 0, 1, 2])[1 + n / 7 % 6]",
        "state": "CASE WHEN n > CAST(:ended AS int) THEN "
        "(ARRAY['sent', 'seen', 'info_requested', 'accepted', 'in_progress'])[1 + n / 3 % 5] ELSE 'completed' END",
        "created_at": LATELY,
        "sent_at": LATELY,
        "updated_at": LATELY,
        "closed_at": "CASE WHEN n <= CAST(:ended AS int) THEN now() END",
        "expires_on": "CASE WHEN n > CAST(:ended AS int) THEN current_date + 7 END",
        "card_sealed": "NULL",
        "snapshot_sealed": "NULL",
    },
}


def test_the_inbox_stays_as_fast() -> None:
    table: dict[str, Measured] = {}
    taken: dict[str, dict[int, float]] = {}
    most = 0
    for size in SIZES:
        measured = table[f"{size} referrals"] = {}
        for view, each, statements in _pages(size, measured):
            p95 = percentile(each, 0.95)
            taken.setdefault(view, {})[size] = p95
            most = max(most, statements)
            measured[f"{view}, p50 ms"] = round(percentile(each, 0.5), 1)
            measured[f"{view}, p95 ms"] = round(p95, 1)
            measured[f"{view}, times"] = round(p95 / taken[view][SIZES[0]], 2)
            measured[f"{view}, statements"] = statements
        compare("inbox", table)
    assert most <= MOST_STATEMENTS
    assert {view: each for view, each in taken.items() if max(each.values()) > MOST_TIMES * each[SIZES[0]]} == {}


def _pages(size: int, measured: Measured) -> Iterator[tuple[str, list[float], int]]:
    RESULTS.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=RESULTS) as folder, postgres(durable=False) as url, own_process():
        app = make_app(Path(folder), url)
        with app.app_context():
            start = time.perf_counter()
            biggest, another = _fill(create_engine(url), size)
            measured["loaded in, s"] = round(time.perf_counter() - start)
            for view, query in VIEWS.items():
                yield f"biggest, {view}", *_read(app, biggest, f"/boite-partagee{query}")
                yield f"another, {view}", *_read(app, another, f"/boite-partagee{query}")
            yield "biggest, after 500", *_read(app, biggest, _after_pages(app, biggest, 20))
            db.session.remove()
            db.engine.dispose()


def _fill(owner: Engine, size: int) -> tuple[Side, Side]:
    """The organisation that receives a tenth, and one that receives its share of the rest."""
    town = make_town()
    model = stored(make_referral(town))
    others = [make_side("association", "intake") for _ in range(ORGANIZATIONS)]
    senders = [town.landlord, *(make_side("landlord", "referent") for _ in range(SENDERS - 1))]
    told: dict[str, Any] = {
        "biggest": town.association.org.id,
        "others": [side.org.id for side in others],
        "senders": [side.org.id for side in senders],
        "size": size,
        "ended": size - size // 25,
        "situation": model.situation_id,
        "referral": model.id,
    }
    db.session.rollback()
    with owner.connect() as connection:
        connection.execute(text("SET session_replication_role = replica"))  # the keys are right by construction
        indexes = connection.execute(text(SECONDARY)).all()
        for name, _ in indexes:
            connection.execute(text(f"DROP INDEX {name}"))
        for start in range(1, size + 1, BATCH):
            numbers = {"start": start, "end": min(start + BATCH - 1, size)}
            for table, columns in MADE_UP.items():
                connection.execute(text(_copied(table, columns)), told | numbers)
            for role, org in (("sender", "sender_org_id"), ("receiver", "receiver_org_id")):
                party = f"SELECT {NUMBERED}, {MADE_UP[Referral][org]}, '{role}' FROM {NUMBERS} n"
                connection.execute(
                    text(f"INSERT INTO referral_party (referral_id, org_id, role) {party}"), told | numbers
                )
            connection.commit()
        connection.execute(text("SET maintenance_work_mem = '512MB'"))
        for _, definition in indexes:
            connection.execute(text(definition))
        connection.commit()
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return town.association, others[7]


def _copied(model: type[Base], made_up: dict[str, str]) -> str:
    """Rows like the one that people made, but for what is made up of their number."""
    name = str(vars(model)["__tablename__"])
    columns = {
        column.name: made_up.get(column.name, f"model.{column.name}") for column in vars(model)["__table__"].columns
    }
    return (
        f"INSERT INTO {name} ({', '.join(columns)}) SELECT {', '.join(columns.values())} "
        f"FROM {name} model, {NUMBERS} n WHERE model.id = CAST(:{name} AS uuid)"
    )


def _read(app: Flask, side: Side, path: str) -> tuple[list[float], int]:
    client = sign_in(app.test_client(), side.user)
    assert client.get(path).status_code == 200
    with StatementCounter(db.engine) as counted:
        client.get(path)
    return time_each([lambda: client.get(path)], rounds=ROUNDS), len(counted.statements) - FRAME


def _after_pages(app: Flask, side: Side, pages: int) -> str:
    """Where one is led to that reads on and on in what is closed."""
    client, path = sign_in(app.test_client(), side.user), "/boite-partagee?view=closed"
    for _ in range(pages):
        found = NEXT.search(client.get(path).text)
        if found is None:
            break
        path = html.unescape(found[1])
    return path
