"""The migrations make exactly what the models say, on both databases, and an upgraded instance starts."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from services.postgres import create_database
from sqlalchemy import Column, MetaData, Table, func, inspect, select, text
from sqlalchemy.engine import make_url

from maillage.app import create_app
from maillage.kernel import walls
from maillage.kernel.db import Base, db
from maillage.kernel.schema import MIGRATIONS, pending_migrations
from maillage.settings import Settings
from maillage.setup import prepare


@pytest.fixture(params=["sqlite", "postgres"])
def empty_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "sqlite":
        return Settings(data_dir=tmp_path)
    url = make_url(request.getfixturevalue("postgres_url"))
    name = f"migrations_{tmp_path.name}"
    create_database(f"postgresql://maillage@{url.host}:{url.port}", name)
    return Settings(data_dir=tmp_path, database_url=url.set(database=name).render_as_string(hide_password=False))


def test_migrations_make_what_the_models_say(empty_settings: Settings) -> None:
    app = create_app(empty_settings)
    with app.app_context():
        assert pending_migrations()
    prepare(app)
    with app.app_context():
        assert not pending_migrations()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Base.metadata) == []
        downgrade(directory=str(MIGRATIONS), revision="base")
        assert inspect(db.engine).get_table_names() == ["alembic_version"]
        db.engine.dispose()


def test_an_upgraded_database_stands_behind_its_walls(empty_settings: Settings) -> None:
    app = create_app(empty_settings)
    prepare(app)
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect() as connection:
                assert walls.standing(connection)
        db.engine.dispose()


LIVED_IN = ("organization", "user_account", "service", "situation", "referral", "referral_message", "team_note")
CHECKED = {"country": "FR", "capacity": "unknown", "status": "draft"}


@pytest.mark.parametrize("since", ["0001", "0016", "0024"])
def test_an_instance_that_is_lived_in_upgrades_and_loses_nothing(empty_settings: Settings, since: str) -> None:
    """SQLite makes a table anew to change a column, and what hangs on its rows must not go with them."""
    app, one = create_app(empty_settings), uuid4()
    with app.app_context():
        upgrade(directory=str(MIGRATIONS), revision=since)
        before = MetaData()
        with db.engine.begin() as connection:
            there = [name for name in LIVED_IN if name in inspect(connection).get_table_names()]
            before.reflect(connection, only=there, resolve_fks=False)
            for name in there:
                table = before.tables[name]
                connection.execute(table.insert().values(_filled(table, one)))
    prepare(app)
    with app.app_context():
        with db.engine.begin() as connection:
            kept = {name: connection.scalar(select(func.count()).select_from(before.tables[name])) for name in there}
            side = connection.scalar(text("SELECT side FROM referral_message"))
        db.engine.dispose()
    assert kept == dict.fromkeys(there, 1)
    assert side == "sender"


def _filled(table: Table, one: UUID) -> dict[str, Any]:
    """A row that its table takes; every key is the same, so that each points to the only row there is."""
    return {column.name: _some(column, one) for column in table.columns if not column.nullable}


def _some(column: Column[Any], one: UUID) -> Any:
    kind = column.type.python_type
    if kind is UUID or column.type.compile().startswith("CHAR(32)"):
        return one if kind is UUID else one.hex
    if column.name in CHECKED:
        return CHECKED[column.name]
    plain = {str: "x", int: 1, bool: False, bytes: b"x", datetime: datetime(2026, 1, 1, tzinfo=UTC), float: 0.0}
    return plain.get(kind, [])
