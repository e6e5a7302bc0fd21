"""Composition root of starting up: migrate, check the key ring, serve pages and background work in one process."""

import ctypes
import gc
import secrets
import shutil
from contextlib import suppress

import click
import structlog
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import NullPool, create_engine, inspect
from waitress import create_server

from maillage.directory.service import refill_index
from maillage.kernel import content_keys, lifecycle
from maillage.kernel.crypto import KeyRing, KeyRingError
from maillage.kernel.db import session, transaction
from maillage.kernel.paths import write_secret
from maillage.kernel.schema import MIGRATIONS, pending_migrations, raise_walls, weaknesses
from maillage.settings import Settings, SettingsError
from maillage.worker import start_runner
from maillage_search.port import EngineUnavailable

log = structlog.get_logger(__name__)

THREADS = 8
_M_ARENA_MAX = -8  # malloc.h
# A body waits in memory: one that names people must not lie in a temporary file.
LONGEST_BODY_IN_MEMORY = 16 * 1024 * 1024


def first_secrets(settings: Settings) -> None:
    """Make the secrets of a new instance where it has none: never a key ring beside a database that was sealed with
    another. Raises KeyRingError."""
    settings.paths.ensure()
    secret = settings.secret_key_file or settings.paths.secret_key
    if settings.secret_key is None and not secret.exists():
        write_secret(secret, secrets.token_hex(32))
    ring = settings.effective_keyring
    if ring.exists():
        return
    engine = create_engine(settings.effective_database_url, poolclass=NullPool)
    with engine.connect() as connection:
        if inspect(connection).has_table(content_keys.KeyCanary.__tablename__):
            raise KeyRingError(f"The key ring {ring} is missing, and this database was sealed with one: put it back.")
    KeyRing.generate().save(ring)


def prepare(app: Flask) -> None:
    """Bring the database to this version, tie it to the key ring, make the index when there is none.

    Raises KeyRingError for a ring that cannot open what the database holds.
    """
    with app.app_context():
        if pending_migrations():
            upgrade(directory=str(MIGRATIONS))
        raise_walls()
        content_keys.check_ring(session())
        with transaction() as tx:
            content_keys.plant_canaries(tx)
        _obey_ledger(app)
        settings: Settings = app.extensions["maillage_settings"]
        shutil.rmtree(settings.paths.files / "booklets", ignore_errors=True)  # where they waited before they were tasks
        try:
            refill_index()
        except EngineUnavailable as error:
            # The instance starts without it; the chore of every minute fills the index when the cluster is back.
            log.warning("search engine unavailable", error=str(error))


def ensure_ready(app: Flask) -> None:
    """What every process that serves checks before the first visitor. Raises SettingsError, KeyRingError."""
    with app.app_context():
        if pending_migrations():
            raise SettingsError("The database is behind this version: run `maillage db upgrade`.")
        settings: Settings = app.extensions["maillage_settings"]
        if settings.production and (found := weaknesses()):
            raise SettingsError(f"The database would not hold organisations apart: {'; '.join(found)}.")
        content_keys.check_ring(session())
        session().rollback()
        _obey_ledger(app)


def _obey_ledger(app: Flask) -> None:
    """Before anybody reads a copy that was put back: what was erased since it was made is erased again."""
    settings: Settings = app.extensions["maillage_settings"]
    if again := lifecycle.replay(settings.paths.erasures):
        log.warning("an older copy was put back", erased_again=again)


def serve_embedded(app: Flask, host: str, port: int, *, greeting: str = "") -> None:
    """Pages and background work in one process, until interrupted."""
    settings: Settings = app.extensions["maillage_settings"]
    if settings.production:
        ensure_ready(app)
    _share_heaps()
    prepare(app)
    settle_heap()
    direct = not settings.proxies  # nobody in front: whatever claims to come from a proxy is forged
    server = create_server(
        app,
        host=host,
        port=port,
        threads=THREADS,
        ident=None,
        clear_untrusted_proxy_headers=direct,
        inbuf_overflow=LONGEST_BODY_IN_MEMORY,
    )
    runner = start_runner(app)
    click.echo(greeting or f"Maillage answers on http://{host}:{port}")
    try:
        server.run()
    finally:
        runner.stop()
        server.close()


def settle_heap() -> None:
    """Called once, when a process that serves has started: a collection that reads all that the start made stops every
    request for up to a second (measured with `gc.callbacks`; 3 ms without)."""
    gc.freeze()


def _share_heaps() -> None:
    """Let the threads of this process share two heaps: glibc gives each its own, which keeps a seventh more memory."""
    with suppress(OSError, AttributeError):  # another C library has other habits
        ctypes.CDLL("libc.so.6").mallopt(_M_ARENA_MAX, 2)
