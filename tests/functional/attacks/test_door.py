"""At the door: cookies, sessions stolen or fixed, visitors behind a proxy, a server that should not start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from factories.accounts import PASSWORD, make_organization, make_user, sign_in
from factories.html_forms import forms_of
from factories.vaults import CODE, LAST_GROUPS, shown
from factories.world import Scene
from maillage.accounts import passwords, totp
from maillage.accounts.models import UserSession
from maillage.kernel import clock
from maillage.kernel.crypto import KeyRing, hash_secret
from maillage.kernel.db import session

pytestmark = pytest.mark.security

ROOT = Path(__file__).parents[3]


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(scene: Scene) -> None:
    client = scene.app.test_client()
    user = next(one for one in scene.world["users"] if one["key"] == "A.referent")
    answer = client.post("/connexion", data={"email": user["email"], "password": user["password"]})
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; ")) and "Domain" not in cookie


def test_over_https_cookies_are_pinned_to_the_host_and_forms_still_work(https_app: Flask) -> None:
    """Our own pages tell browsers to send no Referer: no check may want one."""
    user = make_user(make_organization())
    client = https_app.test_client()
    fields = {"email": user.email, "password": PASSWORD, "csrf_token": _token(client, "/connexion")}
    answer = client.post("/connexion", data=fields, base_url="https://localhost")
    assert answer.status_code == 303
    name, *flags = answer.headers["Set-Cookie"].split("; ")
    assert name.startswith("__Host-maillage=") and {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_over_https_what_opens_a_vault_is_pinned_to_the_host(https_app: Flask) -> None:
    client = sign_in(https_app.test_client(), make_user(make_organization(), ("org_admin",)))
    page = client.get("/coffre/creer", base_url="https://localhost").text
    code = shown(CODE, page)
    fields = {"code": code, "ending": code[LAST_GROUPS], "current": PASSWORD}
    fields["csrf_token"] = forms_of(page, "/coffre/creer")[-1].typed["csrf_token"]
    answer = client.post("/coffre/creer", data=fields, base_url="https://localhost")
    (kept,) = [one for one in answer.headers.getlist("Set-Cookie") if "coffre" in one]
    name, *flags = kept.split("; ")
    assert name.startswith("__Host-coffre=") and {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} == set(flags)


def test_behind_a_proxy_each_visitor_is_throttled_alone(https_app: Flask) -> None:
    """By the address that the proxy adds; what the visitor writes in front of it counts for nothing."""
    client = https_app.test_client()
    asked = {"email": "personne@nulle-part.example", "csrf_token": _token(client, "/mot-de-passe-oublie")}

    def ask(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return client.post(
            "/mot-de-passe-oublie", data=asked, headers=headers, base_url="https://localhost"
        ).status_code

    assert [ask(f"10.0.0.{number}, 192.0.2.1") for number in range(11)] == [200] * 10 + [429]
    assert ask("10.0.0.1, 192.0.2.2") == 200


def _token(client: FlaskClient, path: str) -> str:
    return forms_of(client.get(path, base_url="https://localhost").text, path)[-1].typed["csrf_token"]


def test_no_server_starts_with_another_key_ring_or_an_old_schema(tmp_path: Path) -> None:
    """What gunicorn imports: sealed situations that do not open are found out before the first visitor."""
    where = os.environ | {"MAILLAGE_DATA_DIR": str(tmp_path)}

    def start() -> str:
        done = subprocess.run(
            [sys.executable, "-c", "import wsgi"], cwd=ROOT, env=where, capture_output=True, text=True, timeout=60
        )
        return done.stderr.strip().splitlines()[-1] if done.returncode else "started"

    assert "db upgrade" in start()
    subprocess.run([Path(sys.executable).with_name("maillage"), "init"], cwd=ROOT, env=where, check=True, timeout=120)
    assert start() == "started"
    (tmp_path / "keyring.json").unlink()
    KeyRing.generate().save(tmp_path / "keyring.json")
    assert "key ring" in start()


def test_a_session_is_born_at_the_door_and_reborn_at_each_step(scene: Scene) -> None:
    """What an attacker planted or copied before a step opens nothing after it."""
    client = scene.app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "planted"
        cookie["left"] = "behind"
    user = make_user(scene.organization("A.referent"))
    client.post("/connexion", data={"email": user.email, "password": PASSWORD})
    first = _secret(client)
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != "planted" and "left" not in cookie
    changed = {"current": PASSWORD, "password": "un chemin sous la pluie"}
    assert client.post("/compte/mot-de-passe", data=changed).status_code == 303
    second = _secret(client)
    assert second != first
    assert not _opens(scene, first) and _opens(scene, second)
    client.post("/deconnexion")
    assert not _opens(scene, second)
    row = session().scalar(select(UserSession).where(UserSession.secret_hash == hash_secret(second)))
    assert row is not None and row.revoked_at is not None


def test_the_second_factor_renews_the_session(scene: Scene) -> None:
    client = scene.app.test_client()
    user = next(one for one in scene.world["users"] if one["key"] == "H.platform_admin")
    client.post("/connexion", data={"email": user["email"], "password": user["password"]})
    half = _secret(client)
    assert client.get("/plateforme").headers["Location"].startswith("/connexion")
    code = totp.current_code(user["totp_secret"], clock.now())
    assert client.post("/connexion/second-facteur", data={"code": code}).status_code == 303
    assert _secret(client) != half and not _opens(scene, half)
    again = scene.app.test_client()
    again.post("/connexion", data={"email": user["email"], "password": user["password"]})
    assert again.post("/connexion/second-facteur", data={"code": code}).status_code == 422  # a code serves once


def _secret(client: FlaskClient) -> str:
    with client.session_transaction() as cookie:
        return str(cookie["_user_id"])


def _opens(scene: Scene, secret: str) -> bool:
    client = scene.app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = secret
    return client.get("/compte").status_code == 200


@pytest.mark.parametrize("text", ["\0", "a\0@b.example", "\ufeff", "🧨" * 60, "9" * 250])
def test_odd_words_at_the_door_on_both_databases(app: Flask, text: str) -> None:
    client = app.test_client()
    for path in ("/connexion", "/mot-de-passe-oublie"):
        assert client.post(path, data={"email": text, "password": text, "next": text}).status_code < 500
    assert client.get(f"/invitation/{text}").status_code == 404
    assert client.get("/api/v1/me", headers={"Authorization": b"Bearer \xff\xfe"}).status_code == 401


def test_a_password_is_taken_as_it_was_typed(app: Flask) -> None:
    """Spaces at its ends belong to it, at the door as on the command line."""
    user = make_user(make_organization(), password_hash=passwords.hashed(f" {PASSWORD} "))
    client = app.test_client()
    assert client.post("/connexion", data={"email": user.email, "password": PASSWORD}).status_code == 422
    assert client.post("/connexion", data={"email": user.email, "password": f" {PASSWORD} "}).status_code == 303
