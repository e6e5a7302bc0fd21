"""Which version of the schema the database holds, which one this code wants, and the walls that go with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine

from maillage.kernel import walls
from maillage.kernel.db import db

MIGRATIONS = Path(__file__).parents[1] / "migrations"


_owner_url = ""


def owned_by(url: str) -> None:
    """Tell where migrations run; empty: where the application does. The composition root calls it once."""
    global _owner_url
    _owner_url = url


@contextmanager
def owner() -> Iterator[Connection]:
    """A connection as the owner of the tables. Behind the walls a migration would silently change nothing."""
    if db.engine.dialect.name != "postgresql":
        with db.engine.connect() as connection:
            yield connection
        return
    passing = {"options": f"-c {walls.OPENS}={walls.EVERYTHING}"}
    engine = create_engine(_owner_url or db.engine.url, connect_args=passing, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def lower_walls(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        with connection.begin():
            walls.lower_walls(connection)


def raise_walls() -> None:
    """Write this version's policies, when the database's are others. On SQLite the ORM alone holds the walls."""
    if db.engine.dialect.name != "postgresql":
        return
    with db.engine.connect() as connection:
        if walls.standing(connection):
            return
    with owner() as connection, connection.begin():
        walls.raise_walls(connection, db.engine.url.username if _owner_url else None)


def let_in() -> None:
    """Let the application's role reach tables that were put in the place of others, as the walls let it."""
    if db.engine.dialect.name == "postgresql" and _owner_url:
        with owner() as connection, connection.begin():
            walls.let_in(connection, db.engine.url.username or "")


def knows(revision: str) -> bool:
    """Whether this code can bring a database of this version up to its own."""
    return revision in {it.revision for it in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


def weaknesses() -> list[str]:
    """Why the application's own role could walk round the walls; empty when it cannot."""
    if db.engine.dialect.name != "postgresql":
        return []
    with db.engine.connect() as connection:
        return walls.weaknesses(connection)


def pending_migrations() -> bool:
    """Whether the database is behind the code."""
    with db.engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) != _wanted()


@cache
def _wanted() -> set[str]:
    return set(ScriptDirectory(str(MIGRATIONS)).get_heads())
