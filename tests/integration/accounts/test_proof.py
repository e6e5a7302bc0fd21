"""Who must have two factors whatever their organisation asks, and proving oneself again before what is grave."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from factories.accounts import PASSWORD, make_organization, make_user, sign_in
from integration.accounts.test_account import enrol
from maillage.accounts import queries
from maillage.accounts.models import ApiToken, User, UserSession
from maillage.accounts.roles import ROLES
from maillage.accounts.service import sessions
from maillage.kernel import clock
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import session, transaction
from maillage.web.authz import FRESH_FOR, check_all_declared, requires

SENSITIVE = {"platform_admin", "org_admin", "coordinator", "supervisor"}
KEY = {"label": "essai", "scopes": ["directory.read_professional"], "expires_at": ""}


def age_proof(client: FlaskClient) -> None:
    with transaction() as tx:
        tx.execute(update(UserSession).values(proved_at=clock.now() - FRESH_FOR - timedelta(seconds=1)))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_reaches_far_needs_two_factors(app: Flask, role: str) -> None:
    org = make_organization(kind=min(ROLES[role].organizations))
    user = make_user(org, (role,))
    with transaction() as tx:
        secret = sessions.start(tx, user_id=user.id, org_id=org.id, device="")
    found = queries.presence_of_session(session(), secret)
    assert found is not None
    assert found.mfa_pending == (role in SENSITIVE)
    assert bool(found.actor.permissions) == (role not in SENSITIVE)


def test_somebody_newly_in_charge_is_led_to_it_and_then_let_in(app: Flask, client: FlaskClient) -> None:
    user = make_user(make_organization(), ("org_admin",))
    client.post("/connexion", data={"email": user.email, "password": PASSWORD})
    assert client.get("/administration", follow_redirects=True).request.path == "/compte/second-facteur"
    enrol(client)
    assert client.get("/administration").status_code == 200


class TestStepUp:
    """Making a key is such a gesture: it opens the API for months."""

    @pytest.fixture
    def member(self, app: Flask, client: FlaskClient) -> FlaskClient:
        return sign_in(client, make_user(make_organization()))

    def test_the_password_just_given_is_enough(self, member: FlaskClient) -> None:
        assert member.get("/compte/cles/nouvelle").status_code == 200

    def test_later_it_is_asked_again_and_one_comes_back(self, member: FlaskClient) -> None:
        age_proof(member)
        asked = member.get("/compte/cles/nouvelle")
        assert asked.location == "/connexion/confirmer?next=/compte/cles/nouvelle"
        before = session().scalar(select(UserSession.secret_hash))
        wrong = member.post(asked.location, data={"current": "faux", "next": "/compte/cles/nouvelle"})
        assert wrong.status_code == 422
        assert member.get("/compte/cles/nouvelle").status_code == 303
        right = member.post(asked.location, data={"current": PASSWORD, "next": "/compte/cles/nouvelle"})
        assert right.location == "/compte/cles/nouvelle"
        assert member.get(right.location).status_code == 200
        session().rollback()
        assert session().scalar(select(UserSession.secret_hash)) != before
        assert "session.proved" in session().scalars(select(AuditEntry.action)).all()

    def test_a_post_alone_does_nothing(self, member: FlaskClient) -> None:
        age_proof(member)
        assert member.post("/compte/cles/nouvelle", data=KEY).location == "/connexion/confirmer"
        assert session().scalars(select(ApiToken)).all() == []

    def test_who_has_a_second_factor_gives_that_one(self, app: Flask, member: FlaskClient) -> None:
        _, codes = enrol(member)
        age_proof(member)
        page = member.get("/connexion/confirmer").text
        assert 'name="code"' in page
        assert 'name="current"' not in page
        assert member.post("/connexion/confirmer", data={"current": PASSWORD}).status_code == 422
        assert member.post("/connexion/confirmer", data={"code": codes[0]}).status_code == 303
        assert member.get("/compte/cles/nouvelle").status_code == 200

    def test_it_leads_only_to_our_own_pages(self, member: FlaskClient) -> None:
        answer = member.post("/connexion/confirmer", data={"current": PASSWORD, "next": "https://ailleurs.example"})
        assert answer.location == "/"

    def test_half_signed_in_is_sent_to_the_second_factor(self, app: Flask, member: FlaskClient) -> None:
        enrol(member)
        half = app.test_client()
        half.post("/connexion", data={"email": session().scalar(select(User.email)), "password": PASSWORD})
        assert half.get("/connexion/confirmer").location.startswith("/connexion/second-facteur")

    def test_no_route_of_the_api_may_ask_for_it(self) -> None:
        bare = Flask("bare")
        bare.add_url_rule("/api/v1/export", view_func=requires(fresh=True)(lambda: ""), endpoint="export")
        bare.view_functions["static"] = requires()(lambda: "")
        with pytest.raises(RuntimeError, match="fresh proof"):
            check_all_declared(bare)
