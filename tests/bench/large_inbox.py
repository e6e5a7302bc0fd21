"""The inbox as referrals pile up, on PostgreSQL behind its walls. Outside CI: `make bench-large`; INBOX says how many.

Skeleton rows, written by the server itself: a situation, a referral and its two parties each, without content. Twenty
organisations receive them, one of them a tenth of all; the last tenth is open, as in a year of which each is open for
five weeks: so every page is full whatever the size, and what is compared is as long. A volunteer of the biggest takes
care of thirty of its own, from the first to the last.
"""

import html
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bases import Measured
from flask import Flask
from flask.testing import FlaskClient
from harness import RESULTS, compare, percentile
from services.postgres import postgres
from sqlalchemy import Engine, create_engine, text

from conftest import make_app
from factories.accounts import make_user, sign_in
from factories.process import own_process, process_of
from factories.referrals import make_referral, make_side, make_town, stored
from factories.statements import StatementCounter
from maillage.accounts.models import User
from maillage.kernel.db import Base, db
from maillage.referrals.models import Referral, Situation

SIZES = [int(size) for size in os.environ.get("INBOX", "10000 100000").split()]
ORGANIZATIONS, SENDERS = 19, 40  # beside the biggest
ENTRUSTED = 30
WARM, ROUNDS, BATCH = 20, 400, 250_000
MOST_TIMES, MOST_STATEMENTS = 1.5, 6
NEXT = re.compile(r'href="([^"]+)" rel="next"')
NUMBERS = "generate_series(CAST(:start AS int), CAST(:end AS int))"
SECONDARY = """SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('situation', 'referral', 'referral_party')
    AND indexname NOT IN (SELECT conname FROM pg_constraint)"""
BOX = "/boite-partagee"
VIEWS = {"to do": BOX, "open": f"{BOX}?view=open", "closed": f"{BOX}?view=closed"}
NUMBERED = "overlay(lpad(to_hex(n), 32, '0') placing '7' from 13)::uuid"
ENTRUST = f"""INSERT INTO referral_assignment (referral_id, user_id, org_id, assigned_by, at)
    SELECT {NUMBERED}, CAST(:volunteer AS uuid), CAST(:biggest AS uuid), CAST(:volunteer AS uuid), now()
    FROM generate_series(CAST(:step AS int), CAST(:size AS int), CAST(:step AS int)) n"""
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
    """Every size is asked in turn, so that whatever else the machine does slows all of them alike."""
    with ExitStack() as stack:
        table: dict[str, Measured] = {f"{size} referrals": {} for size in SIZES}
        served = [stack.enter_context(_served(size, table[f"{size} referrals"])) for size in SIZES]
        slower, most = {}, 0
        for page in served[0].pages:
            taken = _in_turns(served, page)
            p95 = [percentile(each, 0.95) for each in taken]
            for one, each, last in zip(served, taken, p95, strict=True):
                most = max(most, one.statements[page])
                table[f"{one.size} referrals"] |= {
                    f"{page}, p50 ms": round(percentile(each, 0.5), 1),
                    f"{page}, p95 ms": round(last, 1),
                    f"{page}, times": round(last / p95[0], 2),
                    f"{page}, statements": one.statements[page],
                }
            if max(p95) > MOST_TIMES * p95[0]:
                slower[page] = p95
            _say(page, f"p95 {' and '.join(f'{ms:.1f}' for ms in p95)} ms")
        compare("inbox", table)
    assert most <= MOST_STATEMENTS
    assert slower == {}


@dataclass
class Served:
    """One instance with so many referrals, and who asks for which of its pages."""

    size: int
    app: Flask
    pages: dict[str, tuple[FlaskClient, str]]
    statements: dict[str, int]

    def ask(self, page: str) -> float:
        process_of(self.app)
        client, path = self.pages[page]
        start = time.perf_counter()
        assert client.get(path).status_code == 200
        return 1000 * (time.perf_counter() - start)


@contextmanager
def _served(size: int, measured: Measured) -> Iterator[Served]:
    RESULTS.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=RESULTS) as folder, postgres(durable=False) as url, own_process():
        app = make_app(Path(folder), url)
        with app.app_context():
            start = time.perf_counter()
            people = {who: sign_in(app.test_client(), user) for who, user in _fill(create_engine(url), size).items()}
            measured["loaded in, s"] = round(time.perf_counter() - start)
            pages = {f"{who}, {view}": (people[who], VIEWS[view]) for who in ("biggest", "another") for view in VIEWS}
            pages["biggest, after 500"] = people["biggest"], _after_pages(people["biggest"], 20)
            pages["volunteer, closed"] = people["volunteer"], VIEWS["closed"]
            pages["sender, all"] = people["sender"], "/mes-orientations/toutes"
            statements = {}
            for page, (client, path) in pages.items():
                with StatementCounter(db.engine) as counted:
                    client.get(path)
                statements[page] = len(counted.statements)
            db.session.remove()
        yield Served(size, app, pages, statements)


def _in_turns(served: Sequence[Served], page: str) -> list[list[float]]:
    taken: list[list[float]] = [[] for _ in served]
    for turn in range(WARM + ROUNDS):  # what was just loaded is not in memory, and no plan is kept yet
        for one, each in zip(served, taken, strict=True):
            ms = one.ask(page)
            if turn >= WARM:
                each.append(ms)
    return taken


def _fill(owner: Engine, size: int) -> dict[str, User]:
    """Somebody of the organisation that receives a tenth, a volunteer of the same, somebody of another one, and one of
    those who sent them."""
    town = make_town()
    model = stored(make_referral(town))
    others = [make_side("association", "intake") for _ in range(ORGANIZATIONS)]
    senders = [town.landlord, *(make_side("landlord", "referent") for _ in range(SENDERS - 1))]
    volunteer = make_user(town.association.org, ["volunteer"])
    told: dict[str, Any] = {
        "biggest": town.association.org.id,
        "others": [side.org.id for side in others],
        "senders": [side.org.id for side in senders],
        "size": size,
        "ended": size - size // 10,
        "situation": model.situation_id,
        "referral": model.id,
        "volunteer": volunteer.id,
        "step": size // ENTRUSTED // 10 * 10,  # the biggest receives one in ten
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
            _say(size, f"{numbers['end']} written")
        connection.execute(text(ENTRUST), told)
        connection.execute(text("SET maintenance_work_mem = '512MB'"))
        for _, definition in indexes:
            connection.execute(text(definition))
            connection.commit()
            _say(size, definition.partition(" ON ")[0])
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    _say(size, "VACUUM ANALYZE")
    people = {"biggest": town.association, "another": others[7], "sender": town.landlord}
    return {"volunteer": volunteer} | {who: side.user for who, side in people.items()}


def _say(where: object, what: str) -> None:
    """What takes minutes tells how far it came."""
    print(f"{time.strftime('%H:%M:%S')} {where}: {what}", flush=True)


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


def _after_pages(client: FlaskClient, pages: int) -> str:
    """Where one is led to that reads on and on in what is closed."""
    path = VIEWS["closed"]
    for _ in range(pages):
        found = NEXT.search(client.get(path).text)
        if found is None:
            break
        path = html.unescape(found[1])
    return path
