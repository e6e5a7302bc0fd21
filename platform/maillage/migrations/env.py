"""Alembic's entry: migrations run as the owner of the tables, who passes through every wall, on our metadata."""

from alembic import context

from maillage.kernel import schema
from maillage.kernel.db import Base


def run() -> None:
    with schema.owner() as connection:
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


run()
