"""Alembic's entry: migrations run as the owner of the tables, who passes through every wall, on our metadata."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection

from maillage.kernel import schema
from maillage.kernel.db import Base


def run() -> None:
    with schema.owner() as connection, _keys_checked_at_the_end(connection):
        schema.lower_walls(connection)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            user_module_prefix="kernel_db.",
        )
        with context.begin_transaction():
            context.run_migrations()
            _ensure_keys_hold(connection)


@contextmanager
def _keys_checked_at_the_end(connection: Connection) -> Iterator[None]:
    """SQLite makes a table anew to change it: with its guard of foreign keys up, what hangs on the old one forbids it
    or goes along. Its manual wants the guard down meanwhile, outside of any transaction (lang_altertable)."""
    guard = connection.connection.driver_connection if connection.dialect.name == "sqlite" else None
    if guard is None:
        yield
        return
    guard.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        guard.execute("PRAGMA foreign_keys=ON")


def _ensure_keys_hold(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise RuntimeError(f"rows that point nowhere, nothing was changed: {broken[:3]}")


run()
