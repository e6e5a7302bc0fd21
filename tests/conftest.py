"""Fixtures shared by every test: an application on each real database, emptied after each test."""

import gc
import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from _pytest.nodeid import NodeId
from flask import Flask, request_started
from flask.testing import FlaskClient
from services.opensearch import opensearch
from services.postgres import APPLICATION, postgres
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine, make_url
from werkzeug.test import TestResponse

from factories.links import Unknown, make_unknown
from factories.pages import Visitor
from factories.process import own_process, process_of, remember
from factories.referrals import Town, make_town
from factories.statements import StatementCounter
from maillage.app import create_app
from maillage.directory import engine as registry
from maillage.kernel import schema, scope
from maillage.kernel.db import db
from maillage.settings import Settings
from maillage_search.embedded import EmbeddedEngine

# A test speaks for everybody in turn; a request and a job begin as they do in production.
db.session.session_factory.configure(info={"scope": scope.Scope(why="a test", opens=frozenset({"*"}))})

MEMORY, ROOM = Path("/dev/shm"), 1 << 30


def pytest_configure(config: pytest.Config) -> None:
    """SQLite flushes each commit, as in production; where memory has room for its files, nobody waits for a disk, save
    what is measured."""
    measured = any("tests/bench" in argument for argument in config.args)
    if not measured and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """pytest-xdist 3.8 writes the group of a test where pytest 9.2 reads it no more (pytest-xdist #1386): each process
    then started every server, and made again for each test what a module shares."""
    for item in items:
        if "_nodeid" in vars(item):
            item._id = NodeId.parse(vars(item)["_nodeid"])


def pytest_collection_finish() -> None:
    """A tenth of the time of the tests went to collections that read again all the modules and tests there are."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@request_started.connect
def _as_nobody(_app: Flask, **_: object) -> None:
    scope.act_as(None)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    if os.environ.get("SKIP_SERVICES") == "1":
        pytest.skip("SKIP_SERVICES=1")
    with postgres(durable=False) as url:
        yield url


@pytest.fixture(scope="session")
def opensearch_url() -> Iterator[str]:
    if os.environ.get("SKIP_SERVICES") == "1":
        pytest.skip("SKIP_SERVICES=1")
    with opensearch() as url:
        yield url


class Browser(FlaskClient):
    """Each request in a context of its own, as when served: the test's has a session open and somebody signed in."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*args, **kwargs)


def make_app(folder: Path, owner_url: str = "", *, mail_url: str = "outbox:") -> Flask:
    """An application on an empty database, cheap password hashing, no throttle, no runner thread. On PostgreSQL it
    connects as in production: as a role that owns nothing."""
    settings = Settings(
        data_dir=folder,
        database_url=as_application(owner_url) if owner_url else "",
        database_owner_url=owner_url,
        throttle=False,
        private_addresses=True,
        argon2_memory_kib=1024,
        argon2_time=1,
        mail_url=mail_url,
    )
    app = create_app(settings)
    app.testing = True
    app.test_client_class = Browser
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        with schema.owner() as connection, connection.begin():
            db.metadata.create_all(connection)
        schema.raise_walls()
    remember(app)
    return app


def as_application(owner_url: str) -> str:
    return make_url(owner_url).set(username=APPLICATION).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def sqlite_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return make_app(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_app(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Flask:
    return make_app(tmp_path_factory.mktemp("postgres"), postgres_url)


@pytest.fixture(params=["sqlite", "postgres"])
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on each database in turn, inside its context, empty again afterwards."""
    app: Flask = request.getfixturevalue(f"{request.param}_app")
    with app.app_context():
        process_of(app)
        yield app
        db.session.remove()
        empty(app)


@pytest.fixture
def town(app: Flask) -> Town:
    """A landlord and two associations, on the database in turn."""
    return make_town()


@pytest.fixture
def unknown(app: Flask) -> Unknown:
    """An organisation without an account, which answers by mailed links."""
    return make_unknown()


@pytest.fixture
def sender(app: Flask, town: Town) -> Visitor:
    """Who refers, in front of our pages."""
    return Visitor(app, town.landlord)


@pytest.fixture
def receiver(app: Flask, town: Town) -> Visitor:
    """Who answers, in front of our pages."""
    return Visitor(app, town.association)


@pytest.fixture
def engine(app: Flask, tmp_path: Path) -> Iterator[EmbeddedEngine]:
    """An empty search engine, used by every projection of the test."""
    with own_process():
        found = EmbeddedEngine(tmp_path / "index")
        registry.use_engine(found)
        yield found
    found.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def empty(app: Flask) -> None:
    """In one statement where the database takes several at once: most tables are empty. The anchors of a journal that
    is no more would tell that it was cut."""
    process_of(app)
    app.extensions["maillage_settings"].paths.anchors.unlink(missing_ok=True)
    deletions = [f"DELETE FROM {table.name}" for table in reversed(db.metadata.sorted_tables)]
    engine = _owner(app.extensions["maillage_settings"].database_owner_url) or db.engine
    with engine.connect() as connection, connection.begin():
        for statement in ["; ".join(deletions)] if connection.dialect.name == "postgresql" else deletions:
            connection.exec_driver_sql(statement)


@cache
def _owner(url: str) -> Engine | None:
    """Kept from test to test: a connection to PostgreSQL learns all tables anew, which takes longer than the rest."""
    return create_engine(url) if url else None


@pytest.fixture
def count_statements(app: Flask) -> StatementCounter:
    return StatementCounter(db.engine)
