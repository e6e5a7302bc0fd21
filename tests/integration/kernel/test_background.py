"""Work that somebody ordered and does not wait for: shown, stopped, ended in a file, and gone in time."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from factories.accounts import actor_of, make_organization, make_user, sign_in
from maillage.accounts.models import Organization, User
from maillage.kernel import background, clock, jobs
from maillage.kernel.background import BackgroundTask, GaveUp, Kind, Made, Run
from maillage.kernel.content_keys import ContentKey
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import TooMany
from maillage.kernel.outbox import LEASE, MAX_LAPSES, OutboxJob

CODE = "test.count"
NAME = "Madame Wattrelos"
Work = Callable[[Run], Made | None]


@pytest.fixture(autouse=True)
def no_file_of_others(app: Flask) -> None:
    background.forget_expired(clock.now() + timedelta(days=2))


@pytest.fixture
def org(app: Flask) -> Organization:
    return make_organization()


@pytest.fixture
def owner(org: Organization) -> User:
    return make_user(org)


@pytest.fixture
def page(client: FlaskClient, owner: User) -> FlaskClient:
    return sign_in(client, owner)


@pytest.fixture
def does(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Say what the work of the tests is."""
    known, handlers = dict(background._kinds), dict(jobs._handlers)

    def said(work: Work, **more: Any) -> None:
        unit = ("page", "pages")
        background.does(Kind(CODE, label="Rapport", work=work, unit=unit, back=lambda _: ("Accueil", "/"), **more))

    yield said
    background._kinds.clear(), background._kinds.update(known)
    jobs._handlers.clear(), jobs._handlers.update(handlers)


def ordered(owner: User, org: Organization) -> str:
    """The page of some work just ordered."""
    with transaction() as tx:
        return f"/taches/{background.order(tx, actor_of(owner, org), CODE, title='Rapport de mars', params={})}"


def task(path: str) -> BackgroundTask:
    session().rollback()
    return session().get_one(BackgroundTask, UUID(path.rpartition("/")[2]), populate_existing=True)


def written(_run: Run) -> Made:
    return Made("rapport.csv", NAME.encode())


def test_it_is_shown_while_it_is_done_and_ends_in_a_sealed_file_that_goes(
    app: Flask, page: FlaskClient, owner: User, org: Organization, does: Callable[..., None]
) -> None:
    seen: list[str] = []

    def work(run: Run) -> Made:
        run.progress(3, 12)
        seen.append(page.get(here).text)
        run.progress(12, 12)
        return written(run)

    does(work)
    here = ordered(owner, org)
    waiting = page.get(here).text
    assert "En attente" in waiting and 'hx-trigger="every 2s"' in waiting and "Actualiser" in waiting
    jobs.drain()
    assert '<progress value="3" max="12" aria-label="En cours"' in seen[0] and "3 sur 12 pages" in seen[0]
    done = page.get(here).text
    assert (
        "Prêt : 12 pages" in done and "every 2s" not in done and "Rapport : Rapport de mars" in page.get("/taches").text
    )
    taken = page.get(f"{here}/fichier")
    assert taken.text == NAME and taken.headers["Content-Disposition"] == 'attachment; filename="rapport.csv"'
    assert taken.content_length == len(NAME)
    assert len(files := _files(app)) == 1 and NAME.encode() not in files[0].read_bytes()
    with clock.at(clock.now() + timedelta(hours=25)):
        assert sign_in(app.test_client(), owner).get(here).status_code == 404
        jobs.tick()
    assert _files(app) == [] and session().scalar(select(func.count()).select_from(BackgroundTask)) == 0
    assert session().scalar(select(func.count()).where(ContentKey.subject_kind == background.SUBJECT)) == 0


def test_it_stops_where_it_is_asked_to(
    app: Flask, page: FlaskClient, owner: User, org: Organization, does: Callable[..., None]
) -> None:
    went: list[int] = []

    def work(run: Run) -> Made:
        for done in range(4):
            run._told_at = None  # as if each step took its time
            run.progress(done, 4)
            went.append(done)
            if done == 1:
                assert page.post(f"{here}/annuler").status_code == 303
                assert "s’arrête dès qu’il le peut" in page.get(here).text
        return written(run)

    does(work)
    here = ordered(owner, org)
    jobs.drain()
    assert went == [0, 1] and "Vous l’avez annulé" in page.get(here).text
    assert _files(app) == [] and page.get(f"{here}/fichier").status_code == 404
    unbegun = ordered(owner, org)
    page.post(f"{unbegun}/annuler")
    jobs.drain()
    assert went == [0, 1] and task(unbegun).state == "cancelled"
    page.post(f"{unbegun}/annuler")
    assert "Vous l’avez annulé" in page.get(unbegun).text


def test_what_a_kill_cuts_short_begins_anew_and_is_said_failed_when_it_kills_again_and_again(
    app: Flask, page: FlaskClient, owner: User, org: Organization, does: Callable[..., None]
) -> None:
    kills, tries = 1, 0

    def work(run: Run) -> Made:
        nonlocal tries
        tries += 1
        run.progress(tries, 9)
        if tries <= kills:
            raise SystemExit  # nothing is written down after it, as after kill -9
        return written(run)

    does(work)
    here, moment = ordered(owner, org), clock.now()
    moment = _run_until(moment, kills)
    assert task(here).state == "running" and "1 sur 9 pages" in page.get(here).text
    with clock.at(moment):
        jobs.drain()
    assert task(here).state == "done" and tries == 2

    kills, tries = 99, 0
    here = ordered(owner, org)
    moment = _run_until(moment, MAX_LAPSES + 1)
    with clock.at(moment):
        jobs.drain()
        jobs.tick()
        assert "interrompu plusieurs fois" in sign_in(app.test_client(), owner).get(here).text
    assert session().scalars(select(OutboxJob).where(OutboxJob.dead_at.is_not(None))).one().error == "its worker died"


@pytest.mark.parametrize(
    ("raised", "tries", "told"),
    [
        (GaveUp("empty"), 1, "Rien à mettre dedans."),
        (ValueError(NAME), background.ATTEMPTS, "Quelque chose a empêché ce travail"),
    ],
)
def test_what_fails_is_told_in_words_and_without_content(
    app: Flask,
    page: FlaskClient,
    owner: User,
    org: Organization,
    does: Callable[..., None],
    raised: Exception,
    tries: int,
    told: str,
) -> None:
    tried: list[str] = []

    def work(run: Run) -> Made:
        tried.append(task(here).state)
        raise raised

    does(work, errors={"empty": "Rien à mettre dedans."})
    here, moment = ordered(owner, org), clock.now()
    for _ in range(tries + 2):
        with clock.at(moment):
            jobs.drain()
        moment += timedelta(minutes=5)
    assert tried == ["running"] * tries
    answer = page.get(here).text
    assert told in answer and NAME not in answer and NAME not in str(task(here).error)


def test_it_is_of_who_ordered_it_and_of_nobody_else(
    app: Flask, page: FlaskClient, owner: User, org: Organization, does: Callable[..., None]
) -> None:
    does(written)
    here = ordered(owner, org)
    jobs.drain()
    for other in (make_user(org, ("org_admin",)), make_user(make_organization())):
        stranger = sign_in(app.test_client(), other)
        for answer in (stranger.get(here), stranger.get(f"{here}/fichier"), stranger.post(f"{here}/annuler")):
            assert answer.status_code == 404
        assert "Rapport de mars" not in stranger.get("/taches").text
    assert page.get(f"{here}/fichier").status_code == 200


def test_a_file_that_asks_for_a_proof_is_only_taken_with_one_and_with_the_right(
    app: Flask, page: FlaskClient, owner: User, org: Organization, does: Callable[..., None]
) -> None:
    does(written, fresh=True, permission="organization.audit")
    here = ordered(owner, org)
    jobs.drain()
    assert f"{here}/fichier-protege" in page.get(here).text
    assert page.get(f"{here}/fichier").status_code == 404
    assert page.get(f"{here}/fichier-protege").status_code == 404, "a role that was taken away since"
    does(written, fresh=True)
    with clock.at(clock.now() + timedelta(minutes=11)):
        asked = page.get(f"{here}/fichier-protege")
        assert asked.status_code == 303 and "/connexion/confirmer" in str(asked.location)


def test_nobody_fills_the_queue_and_no_file_without_a_row_stays(
    app: Flask, owner: User, org: Organization, does: Callable[..., None]
) -> None:
    does(written)
    for _ in range(background.AT_ONCE):
        ordered(owner, org)
    with pytest.raises(TooMany):
        ordered(owner, org)
    jobs.drain()
    assert len(_files(app)) == background.AT_ONCE
    with transaction() as tx:
        tx.delete(tx.scalars(select(BackgroundTask)).first())
    background.forget_expired(clock.now())
    assert len(_files(app)) == background.AT_ONCE, "a file may be older than the commit of its row"
    background.forget_expired(clock.now() + timedelta(days=2))
    assert _files(app) == []


def _files(app: Flask) -> list[Path]:
    folder: Path = app.extensions["maillage_settings"].paths.files / "tasks"
    return [path for path in folder.rglob("*") if path.is_file()]


def _run_until(moment: Any, kills: int) -> Any:
    """Run what is due once for each kill, when the lease of the worker that died has run out."""
    for _ in range(kills):
        with clock.at(moment), pytest.raises(SystemExit):
            jobs.drain()
        session().rollback()
        moment += LEASE + timedelta(seconds=1)
    return moment
