"""Alembic's entry: migrations run on the application's own engine and metadata."""

from alembic import context

from maillage.kernel.db import Base, db


def run() -> None:
    with db.engine.connect() as connection:
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
