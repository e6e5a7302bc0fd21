"""The disk is full, the database may only be read, the clock jumps: nobody is told of a success that was none."""

import io
import os
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, text
from werkzeug.test import TestResponse

from factories.accounts import bearer, sign_in
from factories.files import pdf
from factories.notifications import kept_mails, make_recipient, tell
from factories.pages import Visitor
from factories.referrals import Town, do, make_referral, stored
from maillage.kernel import anchors, clock, files, jobs, schema
from maillage.kernel.db import db, session
from maillage.kernel.errors import Unavailable
from maillage.operations import doctor
from maillage.operations.backup import back_up
from maillage.operations.findings import Standing, looked
from maillage.referrals.models import Situation
from maillage.referrals.states import Event, State

Trouble = Callable[[Flask], AbstractContextManager[None]]
ROOM = 192 * 1024
TABLES = ("outbox", "situation", "user_account", "chore_run", "user_session", "audit_entry")
SITUATION = {"route": "maintien", "commune": "Béthune", "age_band": "75_plus", "household": "alone",
             "themes": ["elderly-isolation"], "need": "Ne sort plus."}  # fmt: skip


@contextmanager
def a_file_may_grow_no_longer(room: int = ROOM) -> Iterator[None]:
    """As far as a file is concerned, the disk ends there: the write fails in the middle of what it writes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def full(app: Flask) -> Iterator[None]:
    """No more room: on SQLite its log meets the end while it grows; PostgreSQL says what it says with a full disk."""
    if db.engine.dialect.name == "sqlite":
        session().rollback()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        with a_file_may_grow_no_longer():
            yield
        return
    with _as_owner(
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$",
        *(f"CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON {one} EXECUTE FUNCTION no_room()" for one in TABLES),
        undo=("DROP FUNCTION no_room() CASCADE",),
    ):
        yield


@contextmanager
def only_read(app: Flask) -> Iterator[None]:
    """As after a failover to a replica, or on a disk that was mounted again for reading."""
    if db.engine.dialect.name == "sqlite":
        shut = lambda connection, _: connection.execute("PRAGMA query_only=ON")  # noqa: E731
        event.listen(db.engine, "connect", shut)
        _reconnect()
        try:
            yield
        finally:
            event.remove(db.engine, "connect", shut)
            _reconnect()
        return
    name = db.engine.url.database
    with _as_owner(
        f'ALTER DATABASE "{name}" SET default_transaction_read_only = on',
        undo=("SET TRANSACTION READ WRITE", f'ALTER DATABASE "{name}" RESET default_transaction_read_only'),
    ):
        yield


def test_nothing_is_acknowledged_that_is_not_kept(app: Flask, town: Town) -> None:
    """One test for both troubles: each needs the same world, and ends with it whole."""
    for number, trouble in enumerate((full, only_read)):
        received = make_referral(town, State.SENT)
        reader = make_recipient()
        tell(reader)
        api, headers = app.test_client(), bearer(town.landlord.user, town.landlord.org)
        member, receiver = Visitor(app, town.landlord), Visitor(app, town.association)
        before = _situations()
        with trouble(app):
            answers = _until_it_is_refused(api, headers)
            refused = answers[-1]
            assert refused.status_code == 503, trouble
            assert refused.json["type"] == "urn:maillage:problem:unavailable"
            told = member.client.post("/compte/profil", data={"name": "Autre Nom", "job_title": ""})
            assert told.status_code == 503 and "Rien n’est perdu" in told.text and "Autre Nom" in told.text
            assert stored(received).reference in receiver.get("/boite-partagee"), "reading goes on"
            with suppress(Unavailable):
                jobs.drain()
            assert _doctor_says_it(app), trouble
        assert _situations() - before == sum(answer.status_code == 201 for answer in answers)
        assert api.post("/api/v1/situations", json=SITUATION, headers=headers).status_code == 201
        with clock.at(clock.now() + timedelta(hours=2 * number + 2)):
            jobs.drain()
            jobs.drain()
        assert [mail.recipient for mail in kept_mails()].count(reader.email) == 1
        assert not _doctor_says_it(app)
        assert anchors.verify(session(), Path("none")) == []


def test_a_file_that_finds_no_room_is_refused_and_named_by_nothing(app: Flask, town: Town, tmp_path: Path) -> None:
    referral_id = make_referral(town, State.ACCEPTED)
    sender = Visitor(app, town.landlord)
    page = f"/orientations/{referral_id}/documents"
    with a_file_may_grow_no_longer(files.CHUNK // 2):
        answer = sender.client.post(page, data={"file": (io.BytesIO(pdf()), "bail.pdf")})
        assert answer.status_code == 503 and "Rien n’est perdu" in answer.text
    assert "bail.pdf" not in sender.get(page)
    sender.go(page, file=(io.BytesIO(pdf()), "bail.pdf"))
    assert "bail.pdf" in sender.get(page)


def test_a_copy_that_finds_no_room_is_none(sqlite_app: Flask, tmp_path: Path) -> None:
    settings = sqlite_app.extensions["maillage_settings"]
    made = os.listdir(tmp_path)
    with sqlite_app.app_context(), a_file_may_grow_no_longer(), pytest.raises((OSError, sqlite3.Error)):
        back_up(settings, tmp_path)
    assert os.listdir(tmp_path) == made


@pytest.mark.parametrize("jump", [timedelta(hours=1), -timedelta(hours=1)])
def test_a_clock_that_jumps_loses_and_doubles_nothing(app: Flask, town: Town, jump: timedelta) -> None:
    referral_id, reader = make_referral(town, State.SENT), make_recipient()
    jobs.tick()
    tell(reader)
    with clock.at(clock.now() + jump):
        do(town, referral_id, Event.ACCEPT)
        assert "tasks.tidy" in jobs.tick() or jump > timedelta(), "chores go on"
        jobs.drain()
        assert sign_in(app.test_client(), town.association.user).get(f"/orientations/{referral_id}").status_code == 200
    with clock.at(clock.now() + timedelta(hours=2)):
        jobs.drain()
    assert stored(referral_id).state == State.ACCEPTED
    assert [mail.recipient for mail in kept_mails()].count(reader.email) == 1
    assert anchors.verify(session(), Path("none")) == []


def _until_it_is_refused(api: FlaskClient, headers: dict[str, str]) -> list[TestResponse]:
    answers: list[TestResponse] = []
    for _ in range(60):
        answers.append(api.post("/api/v1/situations", json=SITUATION, headers=headers))
        if answers[-1].status_code != 201:
            break
    return answers


def _situations() -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(Situation)) or 0


def _doctor_says_it(app: Flask) -> bool:
    session().rollback()
    look = partial(doctor._writing, app.extensions["maillage_settings"])
    return looked("writing", "Make room.", look).standing is Standing.WRONG


@contextmanager
def _as_owner(*does: str, undo: tuple[str, ...]) -> Iterator[None]:
    def run(statements: tuple[str, ...]) -> None:
        with schema.owner() as connection, connection.begin():
            for one in statements:
                connection.execute(text(one))
        _reconnect()

    session().rollback()
    run(does)
    try:
        yield
    finally:
        session().rollback()
        run(undo)


def _reconnect() -> None:
    """As when connections of the pool were made after it happened."""
    session().rollback()
    db.engine.dispose()
