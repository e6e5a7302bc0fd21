"""Security keys as second factor, with a key in software: added, asked, refused, removed."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from factories.accounts import PASSWORD, make_organization, make_user, sign_in
from factories.authenticator import SoftKey
from integration.accounts.test_account import enrol
from maillage.accounts.models import RecoveryCode, SecurityKey, User, UserSession
from maillage.kernel import clock
from maillage.kernel.db import session, transaction
from maillage.web.authz import FRESH_FOR

OFFER, NEW, PAGE = (f"/compte/second-facteur{path}" for path in ("/cles/demande", "/cles/nouvelle", ""))
ASK, ANSWER = "/connexion/cle/demande", "/connexion/cle"


def add(client: FlaskClient, key: SoftKey, label: str = "Clé bleue") -> TestResponse:
    return client.post(NEW, data={"credential": key.create(client.post(OFFER).get_json()), "label": label})


def answer(client: FlaskClient, key: SoftKey) -> TestResponse:
    return client.post(ANSWER, data={"credential": key.sign(client.post(ASK).get_json()), "next": "/compte"})


def enter(app: Flask, user: User) -> FlaskClient:
    """A browser that has given the password only."""
    browser = app.test_client()
    browser.post("/connexion", data={"email": user.email, "password": PASSWORD})
    return browser


@pytest.fixture
def user(app: Flask) -> User:
    return make_user(make_organization())


@pytest.fixture
def key(client: FlaskClient, user: User) -> SoftKey:
    made = SoftKey()
    assert "Vos codes de secours" in add(sign_in(client, user), made).text
    return made


def test_a_key_completes_the_sign_in_and_renews_the_session(app: Flask, user: User, key: SoftKey) -> None:
    browser = enter(app, user)
    assert browser.get("/compte").status_code == 303
    assert "Utiliser ma clé de sécurité" in browser.get("/connexion/second-facteur").text
    session().rollback()
    before = set(session().scalars(select(UserSession.secret_hash)))
    assert answer(browser, key).location == "/compte"
    assert browser.get("/compte").status_code == 200
    session().rollback()
    assert set(session().scalars(select(UserSession.secret_hash))) != before


def test_who_must_have_two_factors_may_begin_with_a_key(app: Flask) -> None:
    admin = make_user(make_organization(), ("org_admin",))
    browser = enter(app, admin)
    assert browser.get("/administration", follow_redirects=True).request.path == PAGE
    add(browser, SoftKey())
    assert browser.get("/administration").status_code == 200


def test_keys_are_listed_and_removed_and_the_codes_go_with_the_last(client: FlaskClient, key: SoftKey) -> None:
    assert add(client, SoftKey(), "Téléphone").location == PAGE
    page = client.get(PAGE).text
    assert "Clé bleue" in page
    assert "Téléphone" in page
    assert "2 clés de sécurité, 10 codes de secours" in client.get("/compte").text
    for left in (10, 0):
        key_id = re.search(r"/cles/([0-9a-f-]{36})/retirer", client.get(PAGE).text)[1]
        assert client.post(f"{PAGE}/cles/{key_id}/retirer").status_code == 303
        session().rollback()
        assert len(session().scalars(select(RecoveryCode)).all()) == left


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://maillage.pirate.example"},
        {"name": "pirate.example"},
        {"id": b"another key" * 3},
        {"private": SoftKey().private},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_another_site_or_key_opens_nothing(app: Flask, user: User, key: SoftKey, wrong) -> None:
    browser = enter(app, user)
    assert answer(browser, replace(key, **wrong)).location.startswith("/connexion/second-facteur")
    assert "n’a pas été reconnue" in browser.get("/connexion/second-facteur").text
    assert browser.get("/compte").status_code == 303


def test_the_key_of_somebody_else_opens_nothing(app: Flask, user: User, key: SoftKey) -> None:
    other = make_user(make_organization())
    theirs = SoftKey()
    add(sign_in(app.test_client(), other), theirs)
    browser = enter(app, user)
    answer(browser, theirs)
    assert browser.get("/compte").status_code == 303


def test_an_answer_serves_once_and_for_five_minutes(app: Flask, user: User, key: SoftKey) -> None:
    first = enter(app, user)
    signed = key.sign(first.post(ASK).get_json())
    assert first.post(ANSWER, data={"credential": signed}).location == "/"
    second = enter(app, user)
    second.post(ASK)
    for browser in (first, second):
        assert browser.post(ANSWER, data={"credential": signed}).location != "/"
    late = key.sign(second.post(ASK).get_json())
    with clock.at(clock.now() + timedelta(minutes=6)):
        second.post(ANSWER, data={"credential": late})
        assert "La demande a expiré" in second.get("/connexion/second-facteur").text


def test_a_copied_key_shows_by_its_counter(app: Flask, user: User, key: SoftKey) -> None:
    copy = replace(key)
    answer(enter(app, user), key)
    browser = enter(app, user)
    answer(browser, replace(copy, counter=0))
    assert browser.get("/compte").status_code == 303


@pytest.mark.parametrize("nonsense", ["", "{}", "[]", '{"rawId": 3}', "x" * 30_000, '{"rawId": "é"}'])
def test_nonsense_is_refused_kindly(app: Flask, client: FlaskClient, user: User, key: SoftKey, nonsense: str) -> None:
    browser = enter(app, user)
    browser.post(ASK)
    assert browser.post(ANSWER, data={"credential": nonsense}).status_code == 303
    assert browser.get("/compte").status_code == 303
    client.post(OFFER)
    assert client.post(NEW, data={"credential": nonsense, "label": "x"}).status_code == 422


def test_the_password_alone_adds_no_second_factor_beside_the_first(app: Flask, user: User, key: SoftKey) -> None:
    browser = enter(app, user)
    for path in (OFFER, "/compte/second-facteur"):
        assert browser.post(path).status_code == 303
    assert browser.get("/compte/second-facteur/activer").status_code == 303
    session().rollback()
    assert len(session().scalars(select(SecurityKey)).all()) == 1
    assert session().scalars(select(User.totp_sealed)).one() is None


def test_an_application_beside_a_key_keeps_the_recovery_codes(client: FlaskClient, key: SoftKey) -> None:
    before = set(session().scalars(select(RecoveryCode.code_hash)))
    client.post("/compte/second-facteur")
    page = client.get("/compte/second-facteur/activer").text
    assert "data:image/svg+xml" in page
    session().rollback()
    assert set(session().scalars(select(RecoveryCode.code_hash))) == before


def test_a_key_proves_again_who_is_there(client: FlaskClient, key: SoftKey) -> None:
    with transaction() as tx:
        tx.execute(update(UserSession).values(proved_at=clock.now() - FRESH_FOR - timedelta(seconds=1)))
    assert client.get("/compte/cles/nouvelle").status_code == 303
    assert answer(client, key).location == "/compte"
    assert client.get("/compte/cles/nouvelle").status_code == 200


def test_no_key_is_asked_of_who_has_none(client: FlaskClient, user: User) -> None:
    enrol(sign_in(client, user))
    assert client.post(ASK).status_code == 404
    assert "security-key.js" not in client.get("/connexion/confirmer").text


def test_an_address_without_a_name_says_that_it_takes_no_key(client: FlaskClient, key: SoftKey) -> None:
    """Browsers refuse keys at an IP address; the demonstration is served at one."""
    asked = {"base_url": "http://127.0.0.1:8000"}
    client.set_cookie("maillage", client.get_cookie("maillage").value, domain="127.0.0.1")
    for path in (PAGE, NEW):
        page = client.get(path, **asked).text
        assert "à une adresse en chiffres (127.0.0.1)" in page
        assert "security-key.js" not in page
    assert "Utiliser ma clé" not in client.get("/connexion/confirmer", **asked).text
