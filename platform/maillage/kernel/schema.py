"""Which version of the schema the database holds, and which one this code wants."""

from functools import cache
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from maillage.kernel.db import db

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def pending_migrations() -> bool:
    """Whether the database is behind the code."""
    with db.engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) != _wanted()


@cache
def _wanted() -> set[str]:
    return set(ScriptDirectory(str(MIGRATIONS)).get_heads())
