"""The migrations make exactly what the models say, on both databases, and an upgraded instance starts."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade
from services.postgres import create_database
from sqlalchemy import inspect
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
