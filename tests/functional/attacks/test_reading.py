"""Every page, read as everybody: it changes nothing, it is shielded, and what somebody hostile typed stays text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from factories.built import Built
from factories.hostile import MARK, PAYLOADS, silence
from factories.html_forms import PageForm, forms_of
from factories.routes import paths
from factories.world import IDENTITIES, Scene
from maillage.kernel.db import db

pytestmark = [pytest.mark.security, pytest.mark.xdist_group("reading")]

# Who read what: looks in the journal, and news that are read with the notice that told of them.
TRACES = {"audit_entry", "audit_head", "news_reading", "notification"}
SANDBOXED = "sandbox; default-src 'none'"  # what somebody sent in, as a file
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
MARKUP = ("script", "attribute", "template")
READ_AGAIN = ("anonymous", "A.org_admin", "A.referent", "B.intake", "H.platform_admin")
UNESCAPED = (f"<script>{MARK}", f"<img src=x onerror={MARK}", f"{MARK}49", "stolen=1\r\n\r\n<b>")


@dataclass
class Read:
    """What is left of having read every address as everybody."""

    changed: set[str] = field(default_factory=set)
    bare: list[str] = field(default_factory=list)
    forms: dict[tuple[str, ...], tuple[str, PageForm]] = field(default_factory=dict)
    """One of each form that anybody finds on any page, with who found it."""


@pytest.fixture(scope="module")
def read(built: Built) -> Read:
    found = Read()
    with built.again() as scene:
        visitors = {name: scene.knock(one) for name, one in IDENTITIES.items()}
        before = _contents()
        for name, (client, headers) in visitors.items():
            for path in paths(scene):
                answer = client.get(path, headers=headers)
                found.bare.extend(_bare(answer))
                if not IDENTITIES[name].is_program and answer.mimetype == "text/html":
                    _keep_forms(found, name, answer, path)
        db.session.rollback()
        after = _contents()
    found.changed = {name for name in before if before[name] != after[name]}
    return found


def _contents() -> dict[str, list[str]]:
    with db.engine.connect() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(table.select()))
            for table in db.metadata.sorted_tables
        }


def _keep_forms(found: Read, name: str, answer: TestResponse, path: str) -> None:
    for form in forms_of(answer.text, path):
        kind = (re.sub(r"[0-9a-f-]{36}", "", form.action), *sorted(form.typed))
        if set(form.typed) - {"csrf_token"}:
            found.forms.setdefault(kind, (name, form))


def _bare(answer: TestResponse) -> Iterator[str]:
    """What an answer lacks or tells too much of."""
    where = f"{answer.request.method} {answer.request.path}: {answer.status}"
    given = {name: answer.headers.get(name) for name in HEADERS}
    if given["Content-Security-Policy"] == SANDBOXED and "Content-Disposition" in answer.headers:
        given |= {"Content-Security-Policy": HEADERS["Content-Security-Policy"]}
    if given != HEADERS:
        yield f"{where} {given}"
    kept = answer.request.path.startswith("/static/") and answer.status_code == 200
    if (answer.headers.get("Cache-Control") == "no-store") is kept:
        yield f"{where} cached"
    if {"Server", "X-Powered-By", "Access-Control-Allow-Origin"} & set(answer.headers.keys()):
        yield f"{where} {answer.headers}"
    if "Traceback" in answer.text:
        yield f"{where} tells where it broke"


def test_reading_changes_nothing(read: Read) -> None:
    assert read.changed <= TRACES


def test_every_answer_carries_the_same_shield(scene: Scene, read: Read) -> None:
    assert read.bare == []
    for name in ("anonymous", "A.referent", "H.platform_admin"):
        client, _ = scene.knock(IDENTITIES[name])
        assert [lack for answer in _refusals(client) for lack in _bare(answer)] == []


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


@pytest.mark.parametrize("kind", PAYLOADS)
def test_hostile_text_in_every_form(scene: Scene, read: Read, kind: str) -> None:
    """Refused or kept, never an error, never a tag."""
    with silence(scene, kept_out=[MARK] if MARK in PAYLOADS[kind] else []):
        _type(scene, read, PAYLOADS[kind])


def test_hostile_text_is_read_again_as_text(scene: Scene, read: Read) -> None:
    """Each alone, then all in one: what is kept once, like a name, then holds all that it has room for."""
    with silence(scene, kept_out=[MARK]):
        for text in (*(PAYLOADS[kind] for kind in MARKUP), "".join(PAYLOADS[kind] for kind in MARKUP)):
            _type(scene, read, text)
        found = 0
        for name in READ_AGAIN:
            client, headers = scene.knock(IDENTITIES[name])
            for path in paths(scene):
                answer = client.get(path, headers=headers)
                _assert_harmless(answer)
                found += MARK in answer.text
    assert found > 20


def _type(scene: Scene, read: Read, text: str) -> None:
    """Into every field of every form that takes text."""
    assert len(read.forms) > 25
    for name, form in read.forms.values():
        client, _ = scene.knock(IDENTITIES[name])
        _assert_harmless(client.post(form.action, data=form.filled(lambda _name: text)))


def _assert_harmless(answer: TestResponse) -> None:
    where = f"{answer.request.method} {answer.request.path}: {answer.status}"
    assert answer.status_code < 500 or answer.request.path == "/readyz", where
    if answer.mimetype == "text/html":
        assert not [one for one in UNESCAPED if one in answer.text], where
    assert "stolen" not in str(answer.headers.getlist("Set-Cookie")), where
