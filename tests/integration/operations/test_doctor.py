"""Each thing that can be wrong with an instance is told on its own line, with what to do; the rest stays fine."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from services.postgres import APPLICATION
from services.smtp import smtp_sink
from sqlalchemy import text, update

from factories.accounts import make_organization
from maillage.directory.engine import engine, use_engine
from maillage.kernel import audit, clock, content_keys, outbox, schema
from maillage.kernel.actor import SYSTEM
from maillage.kernel.audit import AuditEntry
from maillage.kernel.crypto import KeyRing
from maillage.kernel.db import transaction
from maillage.kernel.ids import new_id
from maillage.kernel.jobs import ChoreRun
from maillage.kernel.lifecycle import Erasure
from maillage.operations import doctor
from maillage.operations.findings import Standing
from maillage.settings import Settings

HOUR = timedelta(hours=1)
AWAY = {"mail_url": "smtp://127.0.0.1:1", "redis_url": "redis://127.0.0.1:1/0", "clamav_url": "unix:///nowhere/at-all"}


@pytest.fixture
def migrated(app: Flask) -> Iterator[Flask]:
    """The tests make tables without migrations: said to be at the last one, with a ring that was tied to them."""
    with schema.owner() as connection, connection.begin():
        MigrationContext.configure(connection).stamp(ScriptDirectory(str(schema.MIGRATIONS)), "head")
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"GRANT SELECT ON alembic_version TO {APPLICATION}"))
    with transaction() as tx:
        content_keys.plant_canaries(tx)
        tx.add(ChoreRun(name="audit.anchor", last_at=clock.now()))
    app.extensions["maillage_settings"].paths.anchors.touch()
    engine().rebuild([])
    yield app
    with schema.owner() as connection, connection.begin():
        connection.execute(text("DROP TABLE alembic_version"))


def wrong_at(settings: Settings) -> set[str]:
    found = list(doctor.examine(settings))
    assert all(one.remedy for one in found if one.standing is not Standing.FINE)
    return {one.name for one in found if one.standing is Standing.WRONG}


def dead_letter() -> None:
    with transaction() as tx:
        outbox.enqueue(tx, "nothing", {}).dead_at = clock.now()


def late_job() -> None:
    with transaction() as tx:
        outbox.enqueue(tx, "nothing", {}, not_before=clock.now() - HOUR)


def late_tick() -> None:
    with transaction() as tx:
        tx.execute(update(ChoreRun).values(last_at=clock.now() - HOUR))


def late_ledger() -> None:
    with transaction() as tx:
        tx.add(Erasure(subject_kind="situation", subject_id=new_id(), cause="asked", at=clock.now() - HOUR))


def forged_entry() -> None:
    with transaction() as tx:
        audit.record(tx, SYSTEM, "keys.rotated", "key", None)
    with schema.owner() as connection, connection.begin():
        connection.execute(update(AuditEntry).values(action="nothing"))


def other_ring() -> None:
    content_keys.use_ring(KeyRing.generate())


def engine_away() -> None:
    use_engine(None)


@pytest.mark.parametrize(
    ("name", "break_it"),
    [
        ("dead letters", dead_letter),
        ("waiting jobs", late_job),
        ("background work", late_tick),
        ("erasures", late_ledger),
        ("audit", forged_entry),
        ("keys", other_ring),
        ("search", engine_away),
    ],
)
def test_what_is_wrong_is_told_and_nothing_else(migrated: Flask, name: str, break_it: Callable[[], None]) -> None:
    settings: Settings = migrated.extensions["maillage_settings"]
    make_organization()
    assert wrong_at(settings) == set()
    break_it()
    assert wrong_at(settings) == {name}


def test_servers_that_are_named_are_asked(migrated: Flask) -> None:
    settings: Settings = migrated.extensions["maillage_settings"]
    assert wrong_at(settings.model_copy(update=AWAY)) == {"mail", "redis", "clamav"}
    with smtp_sink() as sink:
        assert wrong_at(settings.model_copy(update={"mail_url": f"smtp://{sink.address}"})) == set()
        assert sink.mails == []


def test_a_clock_that_was_put_back_is_noticed(migrated: Flask) -> None:
    with clock.at(clock.now() - HOUR):
        assert wrong_at(migrated.extensions["maillage_settings"]) == {"clock"}


def test_without_its_tables_the_rest_is_still_looked_at(app: Flask) -> None:
    found = {one.name: one for one in doctor.examine(app.extensions["maillage_settings"])}
    assert "db upgrade" in found["migrations"].remedy
    assert found["database"].standing is found["mail"].standing is Standing.FINE and "audit" not in found
