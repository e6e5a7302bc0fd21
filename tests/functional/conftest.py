"""One world for the tests of attacks, built once and put back as it was before each of them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from conftest import Browser, make_app
from factories.world import Scene, build
from maillage.app import create_app
from maillage.directory import engine as registry
from maillage.kernel import content_keys, lifecycle
from maillage.kernel.db import db
from maillage.settings import Settings
from maillage.web.throttle import limiter


@dataclass(frozen=True)
class Built:
    """A scene with what makes it again: a copy of its database, and the key ring and index of its process."""

    scene: Scene
    copy: Path
    ring: Any
    engine: Any


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    with _own_process():
        app = make_app(tmp_path_factory.mktemp("world"))
        with app.app_context():
            found = build(app)
            db.session.remove()
        copy = tmp_path_factory.mktemp("copy") / "world.db"
        _copy(_file(app), copy)
        made = Built(found, copy, content_keys.ring(), registry.engine())
    yield made
    made.engine.close()


@pytest.fixture
def scene(built: Built) -> Iterator[Scene]:
    """The world of three organisations, as it was built."""
    with _own_process(), built.scene.app.app_context():
        content_keys.use_ring(built.ring)
        registry.use_engine(built.engine)
        db.engine.dispose()
        _copy(built.copy, _file(built.scene.app))
        yield built.scene
        db.session.remove()


@pytest.fixture
def own_process() -> Iterator[None]:
    """What an application gives its process is the next test's no more."""
    with _own_process():
        yield


@pytest.fixture
def https_app(tmp_path: Path) -> Iterator[Flask]:
    """As it is served in production: https, one proxy in front, tokens against forgery, throttled."""
    with _own_process():
        settings = Settings(
            data_dir=tmp_path,
            base_url="https://maillage.example",
            proxies=1,
            argon2_memory_kib=1024,
            argon2_time=1,
        )
        app = create_app(settings)
        app.testing = True
        app.test_client_class = Browser
        with app.app_context():
            db.create_all()
            yield app
            db.session.remove()
        registry.engine().close()  # type: ignore[attr-defined]


@contextmanager
def _own_process() -> Iterator[None]:
    """The key ring, the engine and the throttle are the process's: other tests find theirs again."""
    ring, engine, ledger, throttled = content_keys._ring, registry._engine, lifecycle._ledger, limiter.enabled
    try:
        yield
    finally:
        content_keys._ring, lifecycle._ledger = ring, ledger
        registry.use_engine(engine)
        limiter.enabled = throttled


def _file(app: Flask) -> Path:
    return Path(app.extensions["maillage_settings"].paths.database)


def _copy(source: Path, target: Path) -> None:
    """The whole database, whatever its write-ahead log holds."""
    with sqlite3.connect(source) as read, sqlite3.connect(target) as write:
        read.backup(write)
