"""Requirements of OWASP ASVS 5.0 on accounts: what is logged of refusals, what asks for a proof, who exists at first."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from conftest import make_app
from factories.accounts import PASSWORD, make_organization, make_user, sign_in
from factories.world import IDENTITIES, Scene
from maillage.accounts.models import ApiToken, User, UserSession
from maillage.kernel import clock
from maillage.kernel.db import session, transaction

pytestmark = pytest.mark.security


def test_whoever_is_turned_away_leaves_a_line(scene: Scene) -> None:
    """16.3.2: by the rule of a route, by the object, without a session; with ids and never an address."""
    user = next(one for one in scene.world["users"] if one["key"] == "A.referent")
    client, _ = scene.knock(IDENTITIES["A.referent"])
    unknown = uuid4()
    with capture_logs() as lines:
        client.get("/administration/membres?mot=secret")
        client.get(f"/orientations/{unknown}?mot=secret")
        scene.app.test_client().get("/compte?mot=secret")
        scene.app.test_client().get("/api/v1/me?mot=secret", headers={"Authorization": "Bearer not-a-token"})
    refused = [line for line in lines if line["event"] == "access refused"]
    assert [(line["why"], line["route"], line["things"], line["user"]) for line in refused] == [
        ("forbidden", "organization.members", [], user["id"]),
        ("not-found", "referrals.show", [str(unknown)], user["id"]),
        ("sign-in-required", "account.show", [], None),
        ("sign-in-required", "accounts_api.me", [], None),
    ]
    assert "secret" not in str(lines) and "not-a-token" not in str(lines)


def test_a_wrong_password_or_code_leaves_a_line_without_it(app: Flask) -> None:
    """16.3.1, 16.3.3: which door, whose account by a mark; never the address, the password or the code."""
    user = make_user(make_organization())
    client = app.test_client()
    with capture_logs() as lines:
        for _ in range(6):
            client.post("/connexion", data={"email": user.email, "password": "secret-typed"})
    told = [(line["event"], line["door"]) for line in lines]
    assert told == [("credentials refused", "password")] * 5 + [("too many tries", "password")]
    assert len({line["who"] for line in lines}) == 1
    signed_in = sign_in(app.test_client(), make_user(make_organization()))
    with capture_logs() as more:
        signed_in.post("/compte/mot-de-passe", data={"current": "secret-typed", "password": "un chemin sous la pluie"})
    assert [line["door"] for line in more] == ["present password"]
    assert user.email not in str(lines) and "secret-typed" not in str([*lines, *more])


def test_a_session_is_closed_by_who_proves_to_be_there(app: Flask) -> None:
    """7.5.2: somebody at a screen left open does not shut the others out."""
    user = make_user(make_organization())
    other, client = sign_in(app.test_client(), user), sign_in(app.test_client(), user)
    with transaction() as tx:
        tx.execute(update(UserSession).values(proved_at=clock.now() - timedelta(minutes=11)))
    assert client.post("/compte/sessions/fermer-les-autres").headers["Location"].startswith("/connexion/confirmer")
    assert other.get("/compte").status_code == 200
    client.post("/connexion/confirmer", data={"current": PASSWORD})
    assert client.post("/compte/sessions/fermer-les-autres").status_code == 303
    assert (client.get("/compte").status_code, other.get("/compte").status_code) == (200, 303)


def test_nobody_exists_in_a_new_instance(tmp_path: Path) -> None:
    """6.3.2: no account comes with the product."""
    app = make_app(tmp_path)
    with app.app_context():
        assert session().scalar(select(func.count()).select_from(User)) == 0
        assert session().scalar(select(func.count()).select_from(ApiToken)) == 0


def test_an_account_holds_no_hint_and_no_question() -> None:
    """6.4.2: what proves who somebody is: a password, codes, keys. Nothing that others may know of them."""
    assert set(User.__table__.columns.keys()) & {"hint", "question", "answer", "birth_date", "phone"} == set()
    assert not [name for name in User.__table__.columns.keys() if "hint" in name or "question" in name]


def test_a_password_does_not_age(app: Flask) -> None:
    """6.2.10."""
    user = make_user(make_organization())
    with clock.at(clock.now() + timedelta(days=1500)):
        answer = app.test_client().post("/connexion", data={"email": user.email, "password": PASSWORD})
        assert answer.status_code == 303 and "mot-de-passe" not in answer.headers["Location"]
