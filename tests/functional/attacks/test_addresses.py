"""Addresses that no page gives, methods that no route has, bodies that are no form."""

import base64
import json
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from factories.accounts import make_organization, make_user, sign_in
from factories.referrals import make_referral, make_town, stored
from factories.routes import paths
from factories.world import IDENTITIES, Scene
from maillage.kernel import clock
from maillage.referrals.states import State

pytestmark = pytest.mark.security


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
