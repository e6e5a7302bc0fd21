"""One world for the tests of attacks, built once and put back as it was before each of them."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from conftest import Browser, make_app
from factories.process import own_process, process_of
from factories.world import Scene, build
from maillage.app import create_app
from maillage.directory import engine as registry
from maillage.kernel.db import db
from maillage.settings import Settings


@dataclass(frozen=True)
class Built:
    """A scene with a copy of its database, that makes it again."""

    scene: Scene
    copy: Path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    with own_process():
        app = make_app(tmp_path_factory.mktemp("world"))
        with app.app_context():
            found = build(app)
            db.session.remove()
            engine = registry.engine()
        copy = tmp_path_factory.mktemp("copy") / "world.db"
        _copy(_file(app), copy)
    yield Built(found, copy)
    engine.close()  # type: ignore[attr-defined]


@pytest.fixture
def scene(built: Built) -> Iterator[Scene]:
    """The world of three organisations, as it was built."""
    with own_process(), built.scene.app.app_context():
        process_of(built.scene.app)
        db.engine.dispose()
        _copy(built.copy, _file(built.scene.app))
        yield built.scene
        db.session.remove()


@pytest.fixture(name="own_process")
def _own_process() -> Iterator[None]:
    """What an application gives its process is the next test's no more."""
    with own_process():
        yield


@pytest.fixture
def https_app(tmp_path: Path) -> Iterator[Flask]:
    """As it is served in production: https, one proxy in front, tokens against forgery, throttled."""
    with own_process():
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


def _file(app: Flask) -> Path:
    return Path(app.extensions["maillage_settings"].paths.database)


def _copy(source: Path, target: Path) -> None:
    """The whole database, whatever its write-ahead log holds."""
    with sqlite3.connect(source) as read, sqlite3.connect(target) as write:
        read.backup(write)
