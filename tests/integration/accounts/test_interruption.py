"""A session that ends with a form open: what was written comes back to its author, and to nobody else."""

import html
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from factories.accounts import PASSWORD, make_organization, make_user, sign_in
from maillage.accounts.models import ApiToken, User, UserSession
from maillage.kernel import clock
from maillage.kernel.db import session, transaction
from maillage.web.authz import FRESH_FOR

OURS = {"Sec-Fetch-Site": "same-origin"}
PROFILE, TYPED = "/compte/profil", {"name": "Zoé <Lambert> & fils\r\nsuite", "job_title": "Conseillère"}


@pytest.fixture
def user(app: Flask) -> User:
    return make_user(make_organization())


@pytest.fixture
def late(client: FlaskClient, user: User) -> FlaskClient:
    """A browser whose session has just lapsed."""
    sign_in(client, user)
    with transaction() as tx:
        tx.execute(update(UserSession).values(last_seen_at=clock.now() - timedelta(minutes=31)))
    return client


def hidden(answer: TestResponse) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text.partition("<main")[2])
    return {name: html.unescape(value) for name, value in found}


def enter(client: FlaskClient, user: User, **fields: str) -> None:
    assert client.post("/connexion", data={"email": user.email, "password": PASSWORD} | fields).status_code == 303


def test_what_was_written_comes_back_and_is_sent_after_signing_in_again(late: FlaskClient, user: User) -> None:
    answer = late.post(PROFILE, data=TYPED, headers=OURS)
    assert answer.status_code == 401
    assert "rien n’est perdu" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    kept = hidden(answer)
    assert {name: kept[name] for name in TYPED} == TYPED
    assert f'action="{PROFILE}"' in answer.text
    enter(late, user)
    sent = late.post(PROFILE, data=kept | {"name": "Zoé Lambert"}, headers=OURS)
    assert sent.location == "/compte"
    assert "Zoé Lambert" in late.get("/compte").text


def test_with_tokens_against_forgery_it_takes_one_more_click(app, late, user, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', late.get("/connexion").text)[1]
    kept = hidden(late.post(PROFILE, data=TYPED | {"name": "Zoé", "csrf_token": token}, headers=OURS))
    enter(late, user, csrf_token=kept["csrf_token"])
    again = late.post(PROFILE, data=kept, headers=OURS)
    assert again.status_code == 400
    assert f"Vous êtes {user.name}" in again.text
    assert late.post(PROFILE, data=hidden(again), headers=OURS).location == "/compte"


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
def test_another_site_puts_no_words_into_anybody_s_mouth(app: Flask, late: FlaskClient, headers) -> None:
    assert late.post(PROFILE, data=TYPED, headers=headers).location == "/connexion"


def test_a_browser_that_was_never_signed_in_gets_nothing_back(app: Flask) -> None:
    assert app.test_client().post(PROFILE, data=TYPED, headers=OURS).location == "/connexion"


def test_signing_out_leaves_nothing_to_send_again(client: FlaskClient, user: User) -> None:
    sign_in(client, user).post("/deconnexion")
    assert client.post(PROFILE, data=TYPED, headers=OURS).location == "/connexion"


def test_the_next_person_cannot_send_what_the_first_wrote(app: Flask, late: FlaskClient, user: User) -> None:
    kept = hidden(late.post(PROFILE, data=TYPED | {"name": "Zoé"}, headers=OURS))
    other = make_user(make_organization())
    enter(late, other)
    for author in (kept["_author"], "forgé"):
        refused = late.post(PROFILE, data=kept | {"_author": author}, headers=OURS)
        assert refused.status_code == 409
        assert "quelqu’un d’autre" in refused.text
    session().rollback()
    assert session().get_one(User, other.id).name != "Zoé"


def test_nor_with_a_token_of_their_own_session(app, late, user, monkeypatch) -> None:
    kept = hidden(late.post(PROFILE, data=TYPED | {"name": "Zoé"}, headers=OURS))
    enter(late, make_user(make_organization()))
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    assert late.post(PROFILE, data=kept, headers=OURS).status_code == 409


def test_passwords_are_never_written_back(late: FlaskClient) -> None:
    answer = late.post("/compte/mot-de-passe", data={"current": PASSWORD, "password": "x" * 20}, headers=OURS)
    assert answer.status_code == 401
    assert PASSWORD not in answer.text
    assert "x" * 20 not in answer.text


def test_what_wants_a_fresh_proof_is_kept_too(client: FlaskClient, user: User) -> None:
    sign_in(client, user)
    with transaction() as tx:
        tx.execute(update(UserSession).values(proved_at=clock.now() - FRESH_FOR - timedelta(seconds=1)))
    end = (clock.now() + timedelta(days=30)).date().isoformat()
    key = {"label": "Suivi", "scopes": "directory.read_professional", "expires_at": end}
    answer = client.post("/compte/cles/nouvelle", data=key, headers=OURS)
    assert answer.status_code == 403
    assert session().scalars(select(ApiToken)).all() == []
    client.post("/connexion/confirmer", data={"current": PASSWORD})
    assert "Suivi" in client.post("/compte/cles/nouvelle", data=hidden(answer), headers=OURS).text
    session().rollback()
    assert len(session().scalars(select(ApiToken)).all()) == 1


def test_nothing_of_it_is_stored(app: Flask, late: FlaskClient) -> None:
    late.post(PROFILE, data=TYPED | {"name": "CANARI-9931"}, headers=OURS)
    session().rollback()
    for row in session().scalars(select(UserSession)):
        assert "CANARI-9931" not in str(vars(row))
    with late.session_transaction() as cookie:
        assert "CANARI-9931" not in str(dict(cookie))
