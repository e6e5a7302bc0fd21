"""Redis counts what is tried again and again. While it is away, pages answer and tries are counted all the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from factories.process import own_process
from maillage.app import create_app
from maillage.kernel.db import db
from maillage.settings import Settings
from maillage.web.throttle import limiter

NOBODY_THERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Flask]:
    """An application that counts by address; the counter is the process's, so it is put back as it was."""
    before = dict(vars(limiter))
    with own_process():
        cheap = {"argon2_memory_kib": 1024, "argon2_time": 1}
        app = create_app(Settings(data_dir=tmp_path, redis_url=NOBODY_THERE, throttle=True, **cheap))
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            db.create_all()
        yield app
    vars(limiter).update(before)


def test_pages_answer_and_tries_are_counted(alone: Flask) -> None:
    client = alone.test_client()
    assert client.get("/recherche").status_code == 200
    typed = [{"email": f"x{number}@organisation.example", "password": "faux"} for number in range(31)]
    statuses = [client.post("/connexion", data=one).status_code for one in typed]
    assert statuses == [422] * 30 + [429]
