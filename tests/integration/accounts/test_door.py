"""Signing in and out: what a person meets, and what somebody who guesses meets."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from factories.accounts import PASSWORD, join, make_organization, make_user, sign_in
from maillage.accounts import passwords, service
from maillage.accounts.models import Membership, User, UserSession
from maillage.app import create_app
from maillage.kernel import clock
from maillage.kernel.actor import SYSTEM
from maillage.kernel.db import db, session, transaction
from maillage.notifications.models import Notification
from maillage.settings import Settings
from maillage.web.throttle import limiter

FIREFOX = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"}


def knock(client: FlaskClient, email: str, password: str = PASSWORD, **fields: str):
    return client.post("/connexion", data={"email": email, "password": password} | fields, headers=FIREFOX)


def secret_in(client: FlaskClient) -> str | None:
    with client.session_transaction() as cookie:
        return cookie.get("_user_id")


def code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30 * steps))


def test_a_member_signs_in_and_out(app: Flask, client: FlaskClient) -> None:
    user = make_user(make_organization())
    assert client.get("/compte").status_code == 303
    answer = knock(client, f"  {user.email.upper()} ", next="/compte")
    assert (answer.status_code, answer.location) == (303, "/compte")
    assert user.name in client.get("/compte").text
    out = client.post("/deconnexion")
    assert "storage" in out.headers["Clear-Site-Data"]
    assert client.get("/compte").status_code == 303


def test_the_session_is_new_and_the_old_cookie_dead(app: Flask, client: FlaskClient) -> None:
    """Fixation: what the browser carried before signing in is forgotten, and signing out voids a copy."""
    user = make_user(make_organization())
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    knock(client, user.email)
    first = secret_in(client)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
    knock(client, user.email)
    assert secret_in(client) != first
    kept = secret_in(client)
    client.post("/deconnexion")
    with client.session_transaction() as cookie:
        cookie["_user_id"] = kept
    assert client.get("/compte").status_code == 303


@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_password_and_an_unknown_address_look_the_same(app: Flask, client: FlaskClient, known: bool) -> None:
    user = make_user(make_organization())
    answer = knock(client, user.email if known else "inconnue@organisation.example", "pas celui-ci")
    assert answer.status_code == 422
    assert "Adresse ou mot de passe incorrect." in answer.text
    assert secret_in(client) is None


def test_an_unknown_address_costs_one_hash_too(
    app: Flask, monkeypatch: pytest.MonkeyPatch, client: FlaskClient
) -> None:
    user = make_user(make_organization())
    verified: list[str] = []
    hasher = passwords._hasher
    monkeypatch.setattr(
        passwords,
        "_hasher",
        type(
            "Spy",
            (),
            {
                "verify": lambda self, stored, typed: verified.append(stored) or hasher.verify(stored, typed),
                "check_needs_rehash": lambda self, stored: False,
            },
        )(),
    )
    knock(client, "inconnue@organisation.example")
    knock(client, user.email, "pas celui-ci")
    assert len(verified) == 2


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/compte/sessions?x=1", "/compte/sessions?x=1"),
        ("/compte?", "/compte"),
        ("https://ailleurs.example/", "/"),
        ("//ailleurs.example", "/"),
        ("/\\ailleurs.example", "/"),
        ("/ok\\..\\//ailleurs.example", "/"),
        ("javascript:alert(1)", "/"),
        ("compte", "/"),
        ("/\n/ailleurs.example", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_only_to_our_own_pages(app: Flask, client: FlaskClient, asked: str, led: str) -> None:
    user = make_user(make_organization())
    assert knock(client, user.email, next=asked).location == led


def test_five_wrong_tries_then_a_wait_that_ends(app: Flask, client: FlaskClient) -> None:
    user = make_user(make_organization())
    for _ in range(5):
        assert knock(client, user.email, "faux").status_code == 422
    refused = knock(client, user.email)
    assert refused.status_code == 429
    assert "Réessayez dans 1 minute." in refused.text
    with clock.at(clock.now() + timedelta(seconds=31)):
        assert knock(client, user.email).status_code == 303
    assert knock(client, user.email, "faux").status_code == 422  # a success cleared the rest


def test_hasty_tries_do_not_lengthen_the_wait(app: Flask, client: FlaskClient) -> None:
    """Otherwise anybody could keep somebody out for good."""
    user = make_user(make_organization())
    for _ in range(5):
        knock(client, user.email, "faux")
    for seconds in range(0, 30, 5):
        with clock.at(clock.now() + timedelta(seconds=seconds)):
            assert knock(client, user.email, "faux").status_code == 429
    with clock.at(clock.now() + timedelta(seconds=31)):
        assert knock(client, user.email).status_code == 303


def test_a_crowd_at_the_door_is_asked_to_come_back_and_loses_no_try(app: Flask, client: FlaskClient) -> None:
    user = make_user(make_organization())
    held = [passwords._turn() for _ in range(passwords.AT_ONCE)]
    with ExitStack() as crowd:
        for place in held:
            crowd.enter_context(place)
        for _ in range(passwords.IN_LINE):
            passwords._places.acquire()
        crowd.callback(lambda: [passwords._places.release() for _ in range(passwords.IN_LINE)])
        for _ in range(8):
            full = knock(client, user.email)
            assert (full.status_code, full.headers["Retry-After"]) == (503, "5")
            assert "Réessayez dans quelques secondes" in full.text
        assert client.get("/aide").status_code == 200
    assert knock(client, user.email).status_code == 303


def test_a_wait_is_told_to_programs_too(app: Flask, client: FlaskClient) -> None:
    for _ in range(5):
        knock(client, "inconnue@organisation.example", password="faux")
    assert 0 < int(knock(client, "inconnue@organisation.example").headers["Retry-After"]) <= 30


def test_others_are_not_slowed_down(app: Flask, client: FlaskClient) -> None:
    org = make_organization()
    victim, other = make_user(org), make_user(org)
    for _ in range(6):
        knock(client, victim.email, "faux")
    assert knock(client, other.email).status_code == 303


def test_a_weaker_hash_is_made_again_at_sign_in(app: Flask, client: FlaskClient) -> None:
    user = make_user(make_organization())
    old = user.password_hash
    passwords.configure(memory_kib=2048, time=1)
    try:
        assert knock(client, user.email).status_code == 303
        stored = session().scalar(select(User.password_hash).where(User.id == user.id))
    finally:
        passwords.configure(memory_kib=1024, time=1)
    assert stored != old
    assert "m=2048" in stored


def test_a_new_device_is_told_an_old_one_is_not(app: Flask, client: FlaskClient) -> None:
    user = make_user(make_organization())
    knock(client, user.email)
    knock(client, user.email)
    assert session().scalar(select(func.count()).select_from(Notification)) == 0
    client.post("/connexion", data={"email": user.email, "password": PASSWORD}, headers={"User-Agent": "curl/8"})
    session().rollback()
    told = session().scalars(select(Notification)).one()
    assert (told.kind, told.user_id, told.link) == ("accounts.new_device", user.id, "/compte/sessions")


def test_somebody_without_an_organisation_is_told_so_only_with_the_right_password(app: Flask, client) -> None:
    user = make_user(make_organization())
    with transaction() as tx:
        tx.execute(update(Membership).values(ended_at=clock.now()))
    assert "aucune organisation active" in knock(client, user.email).text
    assert "aucune organisation active" not in knock(client, user.email, "faux").text


def test_one_comes_back_where_one_was(app: Flask, client: FlaskClient) -> None:
    first, second = make_organization(name="A première"), make_organization(name="B seconde")
    user = make_user(first)
    join(user, second)
    knock(client, user.email)
    assert client.post("/changer-d-organisation", data={"org_id": str(second.id)}).status_code == 303
    assert "B seconde" in client.get("/compte").text
    client.post("/deconnexion")
    knock(client, user.email)
    session().rollback()
    opened = select(UserSession.org_id).where(UserSession.revoked_at.is_(None))
    assert session().scalars(opened).all() == [second.id]


def test_one_cannot_switch_to_an_organisation_of_others(app: Flask, client: FlaskClient) -> None:
    user = make_user(make_organization())
    foreign = make_organization()
    sign_in(client, user)
    for org_id in (foreign.id, "rien", "00000000-0000-0000-0000-000000000001"):
        assert client.post("/changer-d-organisation", data={"org_id": str(org_id)}).status_code == 404


class TestSecondFactor:
    @pytest.fixture
    def enrolled(self, app: Flask) -> tuple[User, str]:
        user = make_user(make_organization())
        return user, service.enrol_totp(SYSTEM, user_id=user.id)

    def test_the_password_alone_opens_nothing(self, client: FlaskClient, enrolled) -> None:
        user, _ = enrolled
        answer = knock(client, user.email, next="/compte")
        assert answer.location == "/connexion/second-facteur?next=/compte"
        assert client.get("/compte").status_code == 303
        assert client.get("/compte/second-facteur/activer").location == "/compte/second-facteur"
        assert client.get("/compte/second-facteur").location == "/connexion/second-facteur"
        assert client.post("/compte/second-facteur").status_code == 409
        assert "Se connecter" in client.get("/connexion/second-facteur").text  # the header shows nobody signed in

    def test_the_code_completes_it_and_renews_the_session(self, client: FlaskClient, enrolled) -> None:
        user, secret = enrolled
        knock(client, user.email)
        before = secret_in(client)
        answer = client.post("/connexion/second-facteur", data={"code": code(secret), "next": "/compte"})
        assert (answer.status_code, answer.location) == (303, "/compte")
        assert secret_in(client) != before
        assert client.get("/compte").status_code == 200
        with client.session_transaction() as cookie:
            cookie["_user_id"] = before
        assert client.get("/compte").status_code == 303

    def test_a_code_serves_once(self, client: FlaskClient, enrolled) -> None:
        user, secret = enrolled
        seen = code(secret)
        knock(client, user.email)
        assert client.post("/connexion/second-facteur", data={"code": seen}).status_code == 303
        client.post("/deconnexion")
        knock(client, user.email)
        assert client.post("/connexion/second-facteur", data={"code": seen}).status_code == 422
        assert client.post("/connexion/second-facteur", data={"code": code(secret, -1)}).status_code == 422
        assert client.post("/connexion/second-facteur", data={"code": code(secret, 1)}).status_code == 303

    def test_five_wrong_codes_end_the_session(self, client: FlaskClient, enrolled) -> None:
        user, secret = enrolled
        knock(client, user.email)
        for _ in range(4):
            assert client.post("/connexion/second-facteur", data={"code": "000000"}).status_code == 422
        assert client.post("/connexion/second-facteur", data={"code": "000000"}).location == "/connexion"
        assert client.get("/connexion/second-facteur").location.startswith("/connexion?")
        knock(client, user.email)
        assert client.post("/connexion/second-facteur", data={"code": code(secret)}).status_code == 429
        with clock.at(clock.now() + timedelta(seconds=31)):
            assert client.post("/connexion/second-facteur", data={"code": code(secret)}).status_code == 303

    def test_the_secret_is_sealed(self, app: Flask, enrolled) -> None:
        user, secret = enrolled
        stored = session().scalar(select(User.totp_sealed).where(User.id == user.id))
        assert secret.encode() not in stored


@pytest.fixture
def throttled(tmp_path: Path) -> Iterator[Flask]:
    """An application that counts by address; the counter is the process's, so it is stopped again."""
    app = create_app(Settings(data_dir=tmp_path, throttle=True, argon2_memory_kib=1024, argon2_time=1))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        db.create_all()
    yield app
    limiter.reset()
    limiter.enabled = False


def test_one_machine_cannot_try_many_accounts(throttled: Flask) -> None:
    client = throttled.test_client()
    statuses = [knock(client, f"x{number}@organisation.example", "faux").status_code for number in range(31)]
    assert statuses == [422] * 30 + [429]


def test_a_busy_office_is_not_stopped_by_its_successes(throttled: Flask) -> None:
    with throttled.app_context():
        user = make_user(make_organization())
    statuses = {knock(throttled.test_client(), user.email).status_code for _ in range(35)}
    assert statuses == {303}


def test_every_form_wants_the_page_s_own_token(app: Flask, client: FlaskClient, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    user = make_user(make_organization())
    assert knock(client, user.email).status_code == 400
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get("/connexion").text)[1]
    assert knock(client, user.email, csrf_token=token).status_code == 303
    for path in ("/deconnexion", "/compte/sessions/fermer-les-autres", "/changer-d-organisation"):
        assert client.post(path).status_code == 400
        assert client.post(path, data={"csrf_token": token}).status_code == 400  # of the time before signing in


class TestDemonstration:
    @pytest.fixture
    def offered(self, app: Flask, monkeypatch) -> tuple[User, str]:
        user = make_user(make_organization())
        secret = service.enrol_totp(SYSTEM, user_id=user.id)
        account = {
            "email": user.email,
            "password": PASSWORD,
            "name": user.name,
            "organization": "Organisation",
            "role": "Référent social",
            "hint": "",
            "totp_secret": secret,
        }
        monkeypatch.setitem(app.extensions, "maillage_demo_accounts", lambda: [account])
        return user, secret

    def test_accounts_and_codes_are_offered(self, app: Flask, client: FlaskClient, offered, monkeypatch) -> None:
        monkeypatch.setitem(app.config, "DEMO", True)
        user, secret = offered
        page = client.get("/connexion").text
        assert user.email in page
        assert code(secret) in page
        knock(client, user.email)
        assert code(secret) in client.get("/connexion/second-facteur").text

    def test_nowhere_else(self, client: FlaskClient, offered) -> None:
        user, secret = offered
        assert user.email not in client.get("/connexion").text
        knock(client, user.email)
        assert code(secret) not in client.get("/connexion/second-facteur").text
