"""Requirements of OWASP ASVS 5.0 on accounts: what is logged of refusals, what asks for a proof, who exists."""

import re
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
from maillage.accounts import totp
from maillage.accounts.models import ApiToken, User, UserSession
from maillage.accounts.service import enrol_totp
from maillage.kernel import clock, jobs
from maillage.kernel.actor import SYSTEM
from maillage.kernel.db import session, transaction
from maillage.notifications.models import MailMessage

pytestmark = pytest.mark.security


def test_whoever_is_turned_away_leaves_a_line(scene: Scene) -> None:
    """16.3.2: by the rule of a route, by the object, without a session; with ids and never an address."""
    known = next(one for one in scene.world["users"] if one["key"] == "A.referent")
    user_id = str(session().scalar(select(User.id).where(User.email == known["email"])))
    client, _ = scene.knock(IDENTITIES["A.referent"])
    unknown = uuid4()
    with capture_logs() as lines:
        client.get("/administration/membres?mot=secret")
        client.get(f"/orientations/{unknown}?mot=secret")
        scene.app.test_client().get("/compte?mot=secret")
        scene.app.test_client().get("/api/v1/me?mot=secret", headers={"Authorization": "Bearer not-a-token"})
    refused = [line for line in lines if line["event"] == "access refused"]
    assert [(line["why"], line["route"], line["things"], line["user"]) for line in refused] == [
        ("forbidden", "organization.members", [], user_id),
        ("not-found", "referrals.show", [str(unknown)], user_id),
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
        changed = {"current": "secret-typed", "password": "un chemin sous la pluie"}
        assert signed_in.post("/compte/mot-de-passe", data=changed).status_code == 422
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
    columns = {column.name for column in User.__table__.columns}
    assert not [name for name in columns if any(part in name for part in ("hint", "question", "answer", "birth"))]


def test_a_password_does_not_age(app: Flask) -> None:
    """6.2.10."""
    user = make_user(make_organization())
    with clock.at(clock.now() + timedelta(days=1500)):
        answer = app.test_client().post("/connexion", data={"email": user.email, "password": PASSWORD})
        assert answer.status_code == 303 and "mot-de-passe" not in answer.headers["Location"]


def test_a_new_password_by_link_leaves_the_second_factor(app: Flask) -> None:
    """6.4.3: whoever reads the mailbox still needs the telephone or the key."""
    user = make_user(make_organization())
    secret = enrol_totp(SYSTEM, user_id=user.id)
    app.test_client().post("/mot-de-passe-oublie", data={"email": user.email})
    jobs.drain()
    mail = session().scalars(select(MailMessage).order_by(MailMessage.at.desc())).first()
    assert mail is not None
    link = re.search(r"/mot-de-passe/[\w-]+", mail.text)
    assert link
    client = app.test_client()
    assert client.post(link.group(), data={"password": "un chemin sous la pluie"}).status_code == 303
    client.post("/connexion", data={"email": user.email, "password": "un chemin sous la pluie"})
    assert client.get("/compte").headers["Location"].startswith("/connexion")
    code = totp.current_code(secret, clock.now())
    assert client.post("/connexion/second-facteur", data={"code": code}).status_code == 303
    assert client.get("/compte").status_code == 200


def test_an_unexpected_error_is_told_by_class_and_place_only(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """16.3.4, 16.5.1, 16.5.4: the page tells nothing, the log no text, and the next page works."""
    client = sign_in(app.test_client(), make_user(make_organization()))

    def fail(*_: object, **__: object) -> str:
        raise RuntimeError("secret-of-the-inside")

    app.testing = False
    try:
        with monkeypatch.context() as patch, capture_logs() as lines:
            patch.setitem(app.view_functions, "account.show", fail)
            answer = client.get("/compte")
    finally:
        app.testing = True
    assert answer.status_code == 500 and "secret-of-the-inside" not in answer.text
    told = next(line for line in lines if line["event"] == "unexpected error")
    assert told["error"] == "RuntimeError" and "test_asvs_accounts.py" in str(told["where"])
    assert "secret-of-the-inside" not in str(lines)
    assert client.get("/compte").status_code == 200
