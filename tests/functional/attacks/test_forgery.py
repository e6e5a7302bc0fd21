"""Forged requests: from another site, for another host, with words that would be headers."""

import json
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import select

from factories.html_forms import forms_of
from factories.routes import paths
from factories.world import IDENTITIES, Scene
from maillage.kernel import jobs
from maillage.kernel.db import session
from maillage.notifications.models import MailMessage

pytestmark = pytest.mark.security


@pytest.fixture
def with_csrf(scene: Scene) -> Iterator[Scene]:
    scene.app.config["WTF_CSRF_ENABLED"] = True
    yield scene
    scene.app.config["WTF_CSRF_ENABLED"] = False


def test_no_form_is_taken_without_its_own_token(with_csrf: Scene) -> None:
    """Without a token, with one of somebody else's session, and as JSON sent from another site."""
    mine, _ = with_csrf.knock(IDENTITIES["A.referent"])
    other, _ = with_csrf.knock(IDENTITIES["D.intake"])
    stolen = forms_of(other.get("/compte/profil").text, "")[-1].typed["csrf_token"]
    tried = 0
    for path in paths(with_csrf, "POST"):
        # Programs bring their own token; a mail program posts the signed link of a mail, and nothing else (RFC 8058).
        if path.startswith(("/api/", "/notifications/arret/")):
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


def test_a_form_says_post_even_when_asked_to_be_something_else(scene: Scene) -> None:
    client, _ = scene.knock(IDENTITIES["A.referent"])
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert client.post("/compte/sessions", headers={header: "GET"}).status_code == 405
    assert client.get("/deconnexion?_method=POST").status_code == 405
