"""What somebody hostile tries from outside: forged requests, stolen cookies, hostile text, broken JSON."""

import base64
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from structlog.testing import capture_logs
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from factories.accounts import PASSWORD, make_organization, make_user, sign_in
from factories.html_forms import PageForm, forms_of
from factories.referrals import make_referral, make_town, stored
from factories.vaults import CODE, LAST_GROUPS, shown
from factories.world import IDENTITIES, Scene
from maillage.accounts import passwords, totp
from maillage.accounts.models import Membership, Organization, User, UserSession
from maillage.directory.models import Service
from maillage.kernel import clock, jobs
from maillage.kernel.crypto import KeyRing, hash_secret
from maillage.kernel.db import db, session
from maillage.notifications.models import MailMessage
from maillage.referrals.models import Referral
from maillage.referrals.states import State
from maillage.web.authz import rule_of

pytestmark = pytest.mark.security

ROOT = Path(__file__).parents[2]
BROWSERS = [name for name, one in IDENTITIES.items() if not one.is_program]
TRACES = {"audit_entry", "audit_head"}  # who read what; in this world nothing else remains to be noted
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; report-uri /rapport-csp",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def rules(scene: Scene, method: str) -> list[Rule]:
    return [rule for rule in scene.app.url_map.iter_rules() if method in (rule.methods or ())]


def _view(scene: Scene, rule: Rule) -> Any:
    return scene.app.view_functions[rule.endpoint]


def paths(scene: Scene, method: str = "GET", *, closed_api: bool = False) -> Iterator[str]:
    """An address of every route, for everything that exists in this world; or only of the API that wants a token."""
    for rule in rules(scene, method):
        if closed_api and (not rule.rule.startswith("/api/") or getattr(rule_of(_view(scene, rule)), "public", True)):
            continue
        argument = next((name for name in sorted(rule.arguments) if name.endswith("_id")), "")
        for one in [thing.id for thing in scene.things_named(argument)] if argument else [None]:
            words = {"slug": sorted(rule._converters["slug"].items)[0]} if "slug" in rule.arguments else {}
            words |= {name: _word(name) for name in rule.arguments - {argument, "slug"}}
            _, path = rule.build(words | ({argument: one} if argument else {})) or ("", "")
            yield path


def _word(argument: str) -> str:
    return str(uuid4()) if argument.endswith("_id") else {"filename": "css/app.css"}.get(argument, "x")


@pytest.fixture
def with_csrf(scene: Scene) -> Iterator[Scene]:
    scene.app.config["WTF_CSRF_ENABLED"] = True
    yield scene
    scene.app.config["WTF_CSRF_ENABLED"] = False


# Forged requests


def test_no_form_is_taken_without_its_own_token(with_csrf: Scene) -> None:
    """Without a token, with one of somebody else's session, and as JSON sent from another site."""
    mine, _ = with_csrf.knock(IDENTITIES["A.referent"])
    other, _ = with_csrf.knock(IDENTITIES["D.intake"])
    stolen = forms_of(other.get("/compte/profil").text, "")[-1].typed["csrf_token"]
    tried = 0
    for path in paths(with_csrf, "POST"):
        if path.startswith("/api/"):
            continue
        attempts = (
            mine.post(path),
            mine.post(path, data={"csrf_token": stolen}),
            mine.post(path, data=json.dumps({"csrf_token": "x"}), content_type="text/plain"),
        )
        assert [answer.status_code for answer in attempts] == [400] * 3, path
        tried += 1
    assert tried > 80


def test_a_cookie_opens_nothing_of_the_api(scene: Scene) -> None:
    """Which is why it needs no token against forgery."""
    client, _ = scene.knock(IDENTITIES["A.referent"])
    for method in ("GET", "POST"):
        for path in paths(scene, method, closed_api=True):
            assert client.open(path, method=method, json={} if method == "POST" else None).status_code == 401, path


def test_reading_changes_nothing(scene: Scene) -> None:
    visitors = [scene.knock(one) for one in IDENTITIES.values()]
    before = _contents()
    for client, headers in visitors:
        for path in paths(scene):
            client.get(path, headers=headers)
    db.session.rollback()
    after = _contents()
    assert {name for name in before if before[name] != after[name]} <= TRACES


def _contents() -> dict[str, list[str]]:
    with db.engine.connect() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(table.select()))
            for table in db.metadata.sorted_tables
        }


ELSEWHERE = [
    "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "https:evil.example", "https:/evil.example", "javascript:alert(1)", "/\t/evil.example", "\t//evil.example",
    "/\r\nSet-Cookie: stolen=1", "/\n/evil.example", "//evil%2Eexample", "//evil\u3002example", "//user@evil.example",
    "http://localhost@evil.example", "/\x00/evil.example", " //evil.example", "/./\\evil.example", "data:text/html,x",
]  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_never_leads_elsewhere(scene: Scene, target: str) -> None:
    signed_in, _ = scene.knock(IDENTITIES["A.referent"])
    user = next(one for one in scene.world["users"] if one["key"] == "A.referent")
    fields = {"email": user["email"], "password": user["password"], "next": target}
    for answer in (
        signed_in.get("/connexion", query_string={"next": target}),
        scene.app.test_client().post("/connexion", data=fields),
    ):
        assert answer.status_code == 303
        led_to = answer.headers["Location"].replace("\\", "/")
        assert urlsplit(urljoin("http://localhost/connexion", led_to)).netloc == "localhost", led_to
        assert "stolen" not in str(answer.headers.getlist("Set-Cookie"))


def test_mailed_links_are_ours_whatever_host_was_asked(scene: Scene) -> None:
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    client = scene.app.test_client()
    client.post("/mot-de-passe-oublie", data={"email": "referent@a.example"}, headers=forged)
    jobs.drain()
    mail = session().scalars(select(MailMessage).order_by(MailMessage.at.desc())).first()
    assert mail is not None and mail.recipient == "referent@a.example"
    assert "http://127.0.0.1:8000/mot-de-passe/" in mail.text
    assert "evil" not in mail.text + mail.html + str(mail.headers)


def test_a_line_break_makes_no_header(scene: Scene) -> None:
    client, _ = scene.knock(IDENTITIES["A.org_admin"])
    before = session().scalars(select(MailMessage.id)).all()
    for email, name in (
        ("x@y.example\r\nBcc: z@z.example", "Inès"),
        ("x@y.example", "Inès\r\nBcc: z@z.example"),
        ("x@y.example,z@z.example", "Inès"),
    ):
        client.post("/administration/membres/inviter", data={"email": email, "name": name, "roles": "referent"})
    jobs.drain()
    sent = session().scalars(select(MailMessage).where(MailMessage.id.not_in(before))).all()
    assert [mail.recipient for mail in sent] in ([], ["x@y.example"])
    assert not any("bcc" in str(mail.headers).lower() for mail in sent)


# What comes back


def test_every_answer_carries_the_same_shield(scene: Scene) -> None:
    for name in ("anonymous", "A.referent", "H.platform_admin"):
        client, _ = scene.knock(IDENTITIES[name])
        for answer in chain((client.get(path) for path in paths(scene)), _refusals(client)):
            _assert_shielded(answer)


def _refusals(client: FlaskClient) -> Iterator[TestResponse]:
    yield client.get("/nowhere")
    yield client.get("/static/nowhere.css")
    yield client.delete("/connexion")
    yield client.open("/connexion", method="TEAPOT")
    yield client.options("/connexion")
    yield client.post("/connexion", data={"email": "x" * 3_000_000})
    yield client.post("/api/v1/search", data="<xml/>", content_type="application/xml")
    yield client.post("/api/v1/search", data="{", content_type="application/json")
    yield client.get("/api/v1/nowhere")


def _assert_shielded(answer: TestResponse) -> None:
    where = f"{answer.request.method} {answer.request.path}: {answer.status}"
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, where
    kept = answer.request.path.startswith("/static/") and answer.status_code == 200
    assert (answer.headers.get("Cache-Control") == "no-store") is not kept, where
    assert not {"Server", "X-Powered-By", "Access-Control-Allow-Origin"} & set(answer.headers.keys()), where
    assert "Traceback" not in answer.text, where


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


# Stolen and fixed sessions


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


# More than was asked for

GREEDY = {
    "id": str(uuid4()), "org_id": str(uuid4()), "user_id": str(uuid4()), "state": "accepted", "status": "vetted",
    "role": "platform_admin", "kind": "host", "active": "0", "is_admin": "1", "require_mfa": "",
    "sender_org_id": str(uuid4()), "receiver_org_id": str(uuid4()), "source": "x", "verified_on": "2030-01-01",
}  # fmt: skip
WATCHED = (
    (Membership, "user_id", "org_id", "roles", "ended_at"),
    (Organization, "kind", "status", "country", "source"),
    (User, "active", "email", "password_hash"),
    (Service, "org_id", "status", "source_name", "verified_on"),
    (Referral, "sender_org_id", "receiver_org_id", "state", "version"),
)


@pytest.mark.parametrize("name", ["A.referent", "A.org_admin", "B.intake"])
def test_fields_that_a_form_does_not_show_change_nothing(scene: Scene, name: str) -> None:
    """Every form of every page, sent as it stands with fields of the tables added to it."""
    before = _watched()
    client, _ = scene.knock(IDENTITIES[name])
    pages = ("/compte/profil", "/administration/identite", "/notifications/preferences", "/mes-services/presentation")
    tried = 0
    for path in pages:
        for form in forms_of(client.get(path).text, path):
            if form.action == path:
                client.post(path, data=GREEDY | form.chosen | form.typed)
                tried += 1
    assert tried >= 2
    assert _watched() == before


def _watched() -> list[Any]:
    db.session.rollback()
    return [
        sorted(map(repr, session().execute(select(model.id, *(getattr(model, name) for name in names)))))
        for model, *names in WATCHED
    ]


def test_an_administrator_gives_no_role_of_the_host(scene: Scene) -> None:
    client, _ = scene.knock(IDENTITIES["A.org_admin"])
    invitation = {"email": "z@z.example", "name": "Z Z", "roles": "platform_admin"}
    assert client.post("/administration/membres/inviter", data=invitation).status_code == 422
    path = f"/administration/membres/{scene.people['A.referent']}/roles"
    assert client.post(path, data={"roles": ["referent", "platform_admin"]}).status_code == 422


def test_json_says_no_to_fields_that_do_not_exist(scene: Scene) -> None:
    client, headers = scene.knock(IDENTITIES["token:D.intake"])
    for path, body in _bodies(scene).items():
        answer = client.post(path, json=body | {"org_id": str(uuid4()), "roles": ["platform_admin"]}, headers=headers)
        assert answer.status_code == 422 and set(answer.json["errors"]) >= {"org_id", "roles"}, path


# Hostile text

MARK = "zq7731"
PAYLOADS = {
    "script": f"<script>{MARK}()</script>",
    "attribute": f"\"'><img src=x onerror={MARK}()>",
    "template": f"{MARK}{{{{7*7}}}}{{%raw%}}${{7*7}}#{{7*7}}",
    "sql": f"{MARK}' OR 1=1; DROP TABLE referral; --",
    "nul": f"{MARK}\0\x01\x1b[31m",
    "rtl": f"{MARK}\u202e\u2066\u200f\ufeff\U0001f9e8é\u0301",
    "lines": f"{MARK}\r\nSet-Cookie: stolen=1\r\n\r\n<b>",
    "digits": "9" * 5000,
    "superscript": "²",
    "date": "9999-12-31",
    "first date": "0001-01-01",
    "long": MARK * 20_000,
    "huge": MARK * 180_000,
}
MARKUP = ("script", "attribute", "template")
READ_AGAIN = ("anonymous", "A.org_admin", "A.referent", "B.intake", "H.platform_admin")
UNESCAPED = (f"<script>{MARK}", f"<img src=x onerror={MARK}", f"{MARK}49", "stolen=1\r\n\r\n<b>")


@pytest.fixture(scope="module")
def forms() -> list[tuple[str, PageForm]]:
    """Filled by the first test that asks: one of each form that anybody finds on any page, with who found it."""
    return []


@pytest.mark.parametrize("kind", PAYLOADS)
def test_hostile_text_in_every_form(scene: Scene, forms: list[tuple[str, PageForm]], kind: str) -> None:
    """Refused or kept, never an error, never a tag; then read again on every page."""
    forms[:] = forms or _forms(scene)
    assert len(forms) > 25
    with silence(scene, kept_out=[MARK] if MARK in PAYLOADS[kind] else []):
        for name, form in forms:
            client, _ = scene.knock(IDENTITIES[name])
            _assert_harmless(client.post(form.action, data=form.filled(lambda _name: PAYLOADS[kind])))
        for name in READ_AGAIN if kind in MARKUP else ():
            client, headers = scene.knock(IDENTITIES[name])
            for path in paths(scene):
                _assert_harmless(client.get(path, headers=headers))


def _forms(scene: Scene) -> list[tuple[str, PageForm]]:
    found: dict[tuple[str, ...], tuple[str, PageForm]] = {}
    for name in BROWSERS:
        client, _ = scene.knock(IDENTITIES[name])
        for path in paths(scene):
            answer = client.get(path)
            for form in forms_of(answer.text, path) if answer.mimetype == "text/html" else ():
                kind = (re.sub(r"[0-9a-f-]{36}", "", form.action), *sorted(form.typed))
                if set(form.typed) - {"csrf_token"}:
                    found.setdefault(kind, (name, form))
    return list(found.values())


def _assert_harmless(answer: TestResponse) -> None:
    where = f"{answer.request.method} {answer.request.path}: {answer.status}"
    assert answer.status_code < 500 or answer.request.path == "/readyz", where
    if answer.mimetype == "text/html":
        assert not [one for one in UNESCAPED if one in answer.text], where
    assert "stolen" not in str(answer.headers.getlist("Set-Cookie")), where


@contextmanager
def silence(scene: Scene, *, kept_out: list[str]) -> Iterator[None]:
    """Whatever is logged inside, by us or by a library, holds nothing that somebody typed or that is sealed."""
    said: list[str] = []
    handler = logging.Handler(logging.INFO)
    handler.emit = lambda record: said.append(record.getMessage() + str(record.exc_info))  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        with capture_logs() as ours:
            yield
    finally:
        logging.getLogger().removeHandler(handler)
    told = "\n".join([*said, *map(str, ours)])
    assert [text for text in [*scene.canaries, *kept_out] if text in told] == []


def _bodies(scene: Scene) -> dict[str, dict[str, Any]]:
    """A well-formed body of every JSON route that writes."""
    referral, situation = scene.things_named("referral_id")[0].id, scene.things_named("situation_id")[-1].id
    person = {"first_name": "Prénom", "last_name": "Nom", "birth_date": "1950-01-01", "phone": "+33600000000"}
    return {
        "/api/v1/situations": {
            "route": "maintien", "commune": "62119", "age_band": "75_plus", "household": "alone", "asked": "Aide",
            "themes": ["elderly-isolation"], "need": "Récit", "person": person,
            "safe_contact": {"allowed": True, "channels": ["phone"], "hours": "le matin", "words": "Bonjour"},
        },
        "/api/v1/referrals": {
            "situation_id": str(situation), "service_ids": [scene.world["services"][0]["id"]], "mode": "each_may_act",
            "sharing_level": "full", "urgency": "normal", "basis": "consent", "deadline": "2030-01-01",
            "consent": {"informed_on": "2026-01-01", "given_on": "2026-01-01", "language": "fr"},
        },
        f"/api/v1/referrals/{referral}/events": {"event": "cancel", "reason": "Motif", "note": "Note", "version": 1},
        f"/api/v1/referrals/{referral}/messages": {"text": "Bonjour"},
        "/api/v1/search": {"q": "santé", "place": "Béthune", "themes": ["mental-health"], "limit": 5},
    }  # fmt: skip


WRONG = [
    *(text for kind, text in PAYLOADS.items() if kind != "huge"), None, True, 0, -1, 2**31, 2**63, 10**40, 1e308, [],
    [None], {}, {"$ne": ""}, [[]], "", " ", "\ud800",
]  # fmt: skip


def test_wrong_values_in_every_json_field(scene: Scene) -> None:
    client, headers = scene.knock(IDENTITIES["token:D.intake"])
    with silence(scene, kept_out=[MARK]):
        for path, body in _bodies(scene).items():
            for where in _leaves(body):
                for wrong in WRONG:
                    text = json.dumps(_changed(body, where, wrong))
                    answer = client.post(path, data=text, content_type="application/json", headers=headers)
                    assert answer.status_code < 500, (path, where, str(wrong)[:40])
                    assert answer.mimetype in ("application/json", "application/problem+json")


def _leaves(body: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in items:
        yield from _leaves(value, (*at, key))


def _changed(body: Any, where: tuple[Any, ...], value: Any) -> Any:
    if not where:
        return value
    copy = dict(body) if isinstance(body, dict) else list(body)
    copy[where[0]] = _changed(body[where[0]], where[1:], value)
    return copy


JSON = "application/json"
BROKEN: list[tuple[bytes, str, int]] = [
    (b"", JSON, 422),
    (b"{", JSON, 422),
    (b"\xff\xfe", JSON, 422),
    (b"[" * 100_000, JSON, 422),
    (b'{"a":' * 50_000, JSON, 422),
    (b"null", JSON, 422),
    (b'{"need": "\\ud800"}', JSON, 422),
    (b"NaN", JSON, 422),
    (b"{}", "text/plain", 415),
    (b"{}", "application/x-www-form-urlencoded", 415),
    (b"{}", "multipart/form-data; boundary=x", 415),
    (b"{}", "", 415),
    (b"<a/>", "application/xml", 415),
    (b" " * 3_000_000, JSON, 413),
]


@pytest.mark.parametrize(("body", "kind", "status"), BROKEN)
def test_broken_bodies_are_refused_in_words(scene: Scene, body: bytes, kind: str, status: int) -> None:
    client, headers = scene.knock(IDENTITIES["token:D.intake"])
    for path in _bodies(scene):
        answer = client.post(path, data=body, headers=headers | {"Content-Type": kind})
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), path
        assert {"type", "title", "status", "detail"} <= set(answer.json)


# Addresses that no page gives


def _forged_cursors() -> list[str]:
    now, one = "2024-01-01T00:00:00+00:00", str(uuid4())
    keys: list[object] = [
        [0, now, one], [10**30, now, one], [-(10**400), now, one], [0, "0001-01-01T00:00:00+14:00", one],
        [0, "9999-12-31T23:59:59-14:00", one], [0, "x", one], [0, now, "x"], [[0], [now], [one]], [None] * 3, [{}] * 3,
        [float("nan"), now, one], ["\0", one], ["\ud800", one], ["a", "b"], [one], ["x"], [now, one], {}, 7, "x",
    ]  # fmt: skip
    made = [base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=") for key in keys]
    deep = base64.urlsafe_b64encode(b"[" * 100_000).decode()
    return [*made, deep, deep[:3000], "%00", "é", "=", "a", "-" * 5000, "../../etc/passwd"]


def test_forged_page_addresses_show_a_page(app: Flask) -> None:
    """On both databases: each has its own idea of what it cannot compare."""
    host = make_organization(kind="host")
    client = sign_in(app.test_client(), make_user(host, ("platform_admin",)))
    intake = sign_in(app.test_client(), make_user(make_organization(), ("intake", "org_admin")))
    for cursor in _forged_cursors():
        for path in ("/plateforme/organisations", "/plateforme/journal", "/notifications", "/boite-d-envoi"):
            assert client.get(path, query_string={"after": cursor}).status_code == 200, (path, cursor[:60])
        for path in ("/boite-partagee", "/mes-orientations/toutes", "/administration/journal", "/recherche"):
            assert intake.get(path, query_string={"after": cursor}).status_code == 200, (path, cursor[:60])


QUERIES: list[tuple[str, dict[str, Any]]] = [
    ("/plateforme/organisations", {"q": "\0", "status": "\0", "kind": "' OR 1=1"}),
    ("/plateforme/personnes", {"q": "abc\0"}),
    ("/plateforme/personnes", {"q": "%_\\" * 200}),
    ("/recherche", {"t": ["x.1"] * 2000}),
    ("/recherche", {"place": "commune:\0", "radius": "9" * 5000, "after": "9" * 50}),
    ("/recherche", {"w": "a" * 50_000}),
    ("/recherche/lieux", {"s": ["\0", "x"] * 500, "place": "x"}),
    ("/api/v1/places", {"q": "\0\u202e" * 20}),
    ("/api/v1/search", {"q": "\0" * 400}),
    ("/orienter", {"service_id": "\0"}),
    ("/connexion", {"next": "\0" * 3000}),
]


@pytest.mark.parametrize(("path", "query"), QUERIES)
def test_odd_queries_are_answered_on_both_databases(app: Flask, path: str, query: dict[str, Any]) -> None:
    roles = ("platform_admin",) if path.startswith("/plateforme") else ("referent",)
    kind = "host" if path.startswith("/plateforme") else "landlord"
    client = sign_in(app.test_client(), make_user(make_organization(kind=kind), roles))
    assert client.get(path, query_string=query).status_code < 500


@pytest.mark.parametrize("text", ["\0", "a\0@b.example", "\ufeff", "🧨" * 60, "9" * 250])
def test_odd_words_at_the_door_on_both_databases(app: Flask, text: str) -> None:
    client = app.test_client()
    for path in ("/connexion", "/mot-de-passe-oublie"):
        assert client.post(path, data={"email": text, "password": text, "next": text}).status_code < 500
    assert client.get(f"/invitation/{text}").status_code == 404
    assert client.get("/api/v1/me", headers={"Authorization": b"Bearer \xff\xfe"}).status_code == 401


@pytest.mark.parametrize(
    "text", ["x", "0", "..", "%00", "' OR 1=1--", "00000000-0000-0000-0000-00000000000g", "1" * 4000]
)
def test_an_unreadable_id_is_an_unknown_one(scene: Scene, text: str) -> None:
    client, _ = scene.knock(IDENTITIES["H.platform_admin"])
    for path in (
        "/orientations/{}",
        "/services/{}",
        "/plateforme/organisations/{}",
        "/boite-d-envoi/{}",
        "/situations/{}",
    ):
        assert client.get(path.format(text)).status_code == 404, path


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "TEAPOT", "G" * 500])
def test_methods_that_a_route_does_not_declare(scene: Scene, method: str) -> None:
    client, _ = scene.knock(IDENTITIES["A.referent"])
    for path in set(paths(scene)):
        assert client.open(path, method=method).status_code in (405, 404), path


def test_a_form_says_post_even_when_asked_to_be_something_else(scene: Scene) -> None:
    client, _ = scene.knock(IDENTITIES["A.referent"])
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert client.post("/compte/sessions", headers={header: "GET"}).status_code == 405
    assert client.get("/deconnexion?_method=POST").status_code == 405


def test_a_body_that_is_no_form(scene: Scene) -> None:
    """Broken multipart, a thousand fields, a file where words are expected."""
    client, _ = scene.knock(IDENTITIES["A.referent"])
    many = "&".join(f"f{number}=1" for number in range(20_000))
    for data, kind in (
        (b'--x\r\nContent-Disposition: form-data; name="need"\r\n\r\nx', "multipart/form-data; boundary=x"),
        (b"\xff\xfe=%zz&need=%ff", "application/x-www-form-urlencoded"),
        (many.encode(), "application/x-www-form-urlencoded"),
        (
            b'--x\r\nContent-Disposition: form-data; name="need"; filename="a.exe"\r\n\r\nMZ\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (b"x" * 10, "multipart/form-data"),
    ):
        for path in ("/orienter", "/compte/profil", "/recherche"):
            assert client.post(path, data=data, content_type=kind).status_code < 500, (path, kind)


def test_a_consent_to_the_end_of_time_can_be_accepted(app: Flask) -> None:
    """A date that a calendar takes must not shut the receiver out."""
    today = clock.today().isoformat()
    consent = {"informed_on": today, "given_on": today, "expires_on": "9999-12-31"}
    referral_id = make_referral(make_town(), State.ACCEPTED, consent=consent)
    assert stored(referral_id).access_ends_at is not None


def test_a_password_is_taken_as_it_was_typed(app: Flask) -> None:
    """Spaces at its ends belong to it, at the door as on the command line."""
    user = make_user(make_organization(), password_hash=passwords.hashed(f" {PASSWORD} "))
    client = app.test_client()
    assert client.post("/connexion", data={"email": user.email, "password": PASSWORD}).status_code == 422
    assert client.post("/connexion", data={"email": user.email, "password": f" {PASSWORD} "}).status_code == 303
