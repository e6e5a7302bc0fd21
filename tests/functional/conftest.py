"""One world for the tests of attacks, built once and put back as it was before each of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from conftest import Browser, make_app
from factories.built import Built
from factories.process import own_process
from factories.world import Scene
from maillage.app import create_app
from maillage.directory import engine as registry
from maillage.kernel.db import db
from maillage.settings import Settings


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    with own_process():
        world = Built.on(make_app(tmp_path_factory.mktemp("world")), tmp_path_factory.mktemp("copy"))
        engine = registry.engine()
    yield world
    engine.close()  # type: ignore[attr-defined]


@pytest.fixture
def scene(built: Built) -> Iterator[Scene]:
    """The world of three organisations, as it was built."""
    with built.again() as scene:
        yield scene


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
