"""Composition root of starting up: migrate, check the key ring, serve pages and background work in one process."""

from pathlib import Path

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade
from waitress import create_server

from maillage.kernel import content_keys
from maillage.kernel.db import db, session, transaction
from maillage.settings import Settings, SettingsError
from maillage.worker import start_runner

MIGRATIONS = Path(__file__).parent / "migrations"
THREADS = 8


def prepare(app: Flask) -> None:
    """Bring the database to this version and tie it to the key ring. Raises KeyRingError for a wrong ring."""
    with app.app_context():
        if pending_migrations(app):
            upgrade(directory=str(MIGRATIONS))
        content_keys.check_ring(session())
        with transaction() as tx:
            content_keys.plant_canaries(tx)


def pending_migrations(app: Flask) -> bool:
    """Whether the database is behind the code."""
    with app.app_context(), db.engine.connect() as connection:
        here = MigrationContext.configure(connection).get_current_heads()
    return set(here) != set(ScriptDirectory(str(MIGRATIONS)).get_heads())


def serve_embedded(app: Flask, host: str, port: int, *, greeting: str = "") -> None:
    """Pages and background work in one process, until interrupted."""
    settings: Settings = app.extensions["maillage_settings"]
    if settings.production and pending_migrations(app):
        raise SettingsError("The database is behind this version: run `maillage db upgrade`.")
    prepare(app)
    server = create_server(app, host=host, port=port, threads=THREADS, ident=None, clear_untrusted_proxy_headers=True)
    runner = start_runner(app)
    click.echo(greeting or f"Maillage answers on http://{host}:{port}")
    try:
        server.run()
    finally:
        runner.stop()
        server.close()
