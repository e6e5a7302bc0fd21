"""One's own account: password, second factor, sessions, keys, and the links that mails carry."""

import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from factories.accounts import PASSWORD, bearer, make_organization, make_user, sign_in
from maillage.accounts.models import AccessGrant, ApiToken, Membership, RecoveryCode, User, UserSession
from maillage.kernel import clock, jobs
from maillage.kernel.db import session, transaction
from maillage.kernel.outbox import OutboxJob
from maillage.notifications.models import MailMessage, Notification

FRESH = "quatre mots sans aucun lien"


def mailed_link() -> str:
    """The path in the last mail that left."""
    jobs.drain()
    session().rollback()
    mail = session().scalars(select(MailMessage).order_by(MailMessage.id.desc())).first()
    assert mail is not None
    found = re.search(r"http://[^/\s]+(/(?:mot-de-passe|invitation)/\S+)", mail.text)
    assert found is not None
    return found[1]


def test_changing_the_password_keeps_this_browser_and_closes_the_others(app: Flask) -> None:
    user = make_user(make_organization())
    here, elsewhere = sign_in(app.test_client(), user), sign_in(app.test_client(), user)
    wrong = here.post("/compte/mot-de-passe", data={"current": "faux", "password": FRESH})
    assert wrong.status_code == 422
    assert "pas votre mot de passe actuel" in wrong.text
    assert here.post("/compte/mot-de-passe", data={"current": PASSWORD, "password": FRESH}).status_code == 303
    assert here.get("/compte").status_code == 200
    assert elsewhere.get("/compte").status_code == 303
    session().rollback()
    assert session().scalars(select(Notification.kind)).all() == ["accounts.password_changed"]


@pytest.mark.parametrize("weak", ["court", "azerty2024!", "12345678"])
def test_a_weak_password_is_refused_beside_its_field(app: Flask, client: FlaskClient, weak: str) -> None:
    sign_in(client, make_user(make_organization()))
    answer = client.post("/compte/mot-de-passe", data={"current": PASSWORD, "password": weak})
    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text


def test_asking_for_a_new_password_says_the_same_of_any_address(app: Flask, client: FlaskClient) -> None:
    user = make_user(make_organization())
    known = client.post("/mot-de-passe-oublie", data={"email": user.email})
    unknown = client.post("/mot-de-passe-oublie", data={"email": "inconnue@organisation.example"})
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(user.email, "…") == unknown.text.replace("inconnue@organisation.example", "…")
    assert len(session().scalars(select(AccessGrant)).all()) == 1


def test_a_reset_link_serves_once_and_ends_every_session(app: Flask, client: FlaskClient) -> None:
    user = make_user(make_organization())
    elsewhere = sign_in(app.test_client(), user)
    client.post("/mot-de-passe-oublie", data={"email": user.email})
    link = mailed_link()
    assert client.get(link).status_code == 200
    assert client.post(link, data={"password": "court"}).status_code == 422
    assert client.post(link, data={"password": FRESH}).status_code == 303
    assert elsewhere.get("/compte").status_code == 303
    for answer in (client.get(link), client.post(link, data={"password": FRESH})):
        assert answer.status_code == 404
        assert "Ce lien n’est plus valable" in answer.text
    assert client.post("/connexion", data={"email": user.email, "password": FRESH}).status_code == 303


def test_a_reset_link_lapses_after_half_an_hour(app: Flask, client: FlaskClient) -> None:
    user = make_user(make_organization())
    client.post("/mot-de-passe-oublie", data={"email": user.email})
    first = mailed_link()
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert client.get(first).status_code == 404


def test_a_request_by_somebody_else_leaves_the_link_just_received_good(app: Flask, client: FlaskClient) -> None:
    user = make_user(make_organization())
    links = []
    for _ in range(2):
        client.post("/mot-de-passe-oublie", data={"email": user.email})
        links.append(mailed_link())
    assert [client.get(link).status_code for link in links] == [200, 200]
    assert client.post(links[0], data={"password": FRESH}).status_code == 303
    assert [client.get(link).status_code for link in links] == [404, 404]


def test_changing_the_password_voids_the_links_that_could_change_it(app: Flask, client: FlaskClient) -> None:
    user = make_user(make_organization())
    client.post("/mot-de-passe-oublie", data={"email": user.email})
    link = mailed_link()
    sign_in(client, user).post("/compte/mot-de-passe", data={"current": PASSWORD, "password": FRESH})
    assert app.test_client().get(link).status_code == 404


def test_a_reset_link_clears_the_wait_after_wrong_tries(app: Flask, client: FlaskClient) -> None:
    user = make_user(make_organization())
    for _ in range(6):
        client.post("/connexion", data={"email": user.email, "password": "faux"})
    client.post("/mot-de-passe-oublie", data={"email": user.email})
    client.post(mailed_link(), data={"password": FRESH})
    assert client.post("/connexion", data={"email": user.email, "password": FRESH}).status_code == 303


def test_the_secret_of_a_link_is_in_its_mail_and_nowhere_else(app: Flask, client: FlaskClient) -> None:
    user = make_user(make_organization())
    client.post("/mot-de-passe-oublie", data={"email": user.email})
    secret = mailed_link().rsplit("/", 1)[1]
    jobs_told = str([job.payload_ref for job in session().scalars(select(OutboxJob))])
    assert secret not in jobs_told
    assert secret not in session().scalars(select(AccessGrant.secret_hash)).one()


def test_a_tenth_request_sends_no_tenth_mail(app: Flask, client: FlaskClient) -> None:
    user = make_user(make_organization())
    for _ in range(10):
        client.post("/mot-de-passe-oublie", data={"email": user.email})
    assert len(session().scalars(select(AccessGrant)).all()) == 5


def enrol(client: FlaskClient) -> tuple[str, list[str]]:
    assert client.post("/compte/second-facteur").status_code == 303
    page = client.get("/compte/second-facteur/activer").text
    assert "data:image/svg+xml" in page
    secret = "".join(re.search(r"<strong>([A-Z2-7 ]{32,})</strong>", page)[1].split())
    assert client.post("/compte/second-facteur/activer", data={"code": "000000"}).status_code == 422
    answer = client.post("/compte/second-facteur/activer", data={"code": pyotp.TOTP(secret).at(clock.now())})
    codes = re.findall(r"<li>((?:[A-Z2-9]{4}-?){6})</li>", answer.text)
    assert len(codes) == 10
    return secret, codes


class TestEnrolment:
    def test_a_code_proves_it_and_the_secret_is_not_shown_again(self, app: Flask, client: FlaskClient) -> None:
        sign_in(client, make_user(make_organization()))
        _, codes = enrol(client)
        assert "Activée depuis" in client.get("/compte/second-facteur").text
        assert client.get("/compte/second-facteur/activer").status_code == 303
        stored = session().scalars(select(RecoveryCode.code_hash)).all()
        assert not set(stored) & {code.replace("-", "") for code in codes}

    def test_a_recovery_code_serves_once(self, app: Flask, client: FlaskClient) -> None:
        user = make_user(make_organization())
        sign_in(client, user)
        _, codes = enrol(client)
        for expected in (303, 422):
            client.post("/deconnexion")
            client.post("/connexion", data={"email": user.email, "password": PASSWORD})
            answer = client.post("/connexion/second-facteur", data={"code": codes[0].lower().replace("-", " ")})
            assert answer.status_code == expected

    def test_new_codes_and_giving_up_ask_for_the_password(self, app: Flask, client: FlaskClient) -> None:
        sign_in(client, make_user(make_organization()))
        _, codes = enrol(client)
        assert client.post("/compte/second-facteur/codes", data={"current": "faux"}).status_code == 422
        renewed = client.post("/compte/second-facteur/codes", data={"current": PASSWORD})
        assert renewed.status_code == 200
        assert codes[0] not in renewed.text
        assert client.post("/compte/second-facteur/desactiver", data={"current": "faux"}).status_code == 422
        assert client.post("/compte/second-facteur/desactiver", data={"current": PASSWORD}).status_code == 303
        session().rollback()
        assert session().scalars(select(User.totp_sealed)).one() is None
        assert session().scalars(select(RecoveryCode)).all() == []

    def test_an_organisation_that_wants_it_leads_there_and_lets_in_afterwards(self, app: Flask, client) -> None:
        user = make_user(make_organization(mfa_required_at=clock.now()))
        client.post("/connexion", data={"email": user.email, "password": PASSWORD})
        assert client.get("/compte").location.startswith("/connexion")
        assert client.get("/connexion/second-facteur").location == "/compte/second-facteur"
        assert "votre organisation demande" in client.get("/compte/second-facteur").text
        enrol(client)
        assert client.get("/compte").status_code == 200


def test_sessions_are_listed_and_closed_one_by_one_or_together(app: Flask) -> None:
    user = make_user(make_organization())
    here, second, third = (sign_in(app.test_client(), user) for _ in range(3))
    assert here.get("/compte/sessions").text.count("Navigateur de test") == 3
    found = re.findall(r"/compte/sessions/([0-9a-f-]{36})/fermer", here.get("/compte/sessions").text)
    assert here.post(f"/compte/sessions/{found[0]}/fermer").status_code == 303
    assert sorted(browser.get("/compte").status_code for browser in (here, second, third)) == [200, 200, 303]
    here.post("/compte/sessions/fermer-les-autres")
    assert [browser.get("/compte").status_code for browser in (here, second, third)] == [200, 303, 303]


def test_nobody_closes_the_session_or_key_of_somebody_else(app: Flask, client: FlaskClient) -> None:
    org = make_organization()
    mine, theirs = make_user(org), make_user(org)
    sign_in(app.test_client(), theirs)
    bearer(theirs, org)
    session_id = session().scalar(select(UserSession.id))
    token_id = session().scalar(select(ApiToken.id))
    sign_in(client, mine)
    assert client.post(f"/compte/sessions/{session_id}/fermer").status_code == 404
    assert client.post(f"/compte/cles/{token_id}/revoquer").status_code == 404


class TestKeys:
    def ask(self, client: FlaskClient, **fields):
        soon = (clock.today() + timedelta(days=30)).isoformat()
        return client.post("/compte/cles/nouvelle", data={"label": "Notre logiciel", "expires_at": soon} | fields)

    def test_a_key_is_shown_once_and_opens_what_it_says(self, app: Flask, client: FlaskClient) -> None:
        org = make_organization(kind="landlord")
        user = make_user(org)
        sign_in(client, user)
        page = self.ask(client, scopes=["referral.send"]).text
        secret = re.search(r"<strong>([\w-]{43})</strong>", page)[1]
        assert secret not in client.get("/compte/cles").text
        me = app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).get_json()
        assert me["user"] == {"id": str(user.id), "name": user.name}
        assert me["organization"]["id"] == str(org.id)
        assert (me["roles"], me["scopes"]) == (["referent"], ["referral.send"])

    def test_a_key_cannot_be_wider_than_its_owner(self, app: Flask, client: FlaskClient) -> None:
        sign_in(client, make_user(make_organization()))
        assert self.ask(client, scopes=["platform.administer"]).status_code == 422
        assert self.ask(client, scopes=[]).status_code == 422

    def test_a_key_ends_within_a_year(self, app: Flask, client: FlaskClient) -> None:
        sign_in(client, make_user(make_organization()))
        for days in (-1, 400):
            day = (clock.today() + timedelta(days=days)).isoformat()
            answer = self.ask(client, scopes=["referral.send"], expires_at=day)
            assert answer.status_code == 422

    def test_revoking_counts_at_the_next_request(self, app: Flask, client: FlaskClient) -> None:
        org = make_organization()
        user = make_user(org)
        key = bearer(user, org)
        sign_in(client, user)
        token_id = session().scalar(select(ApiToken.id))
        assert client.get("/api/v1/me", headers=key).status_code == 200
        assert client.post(f"/compte/cles/{token_id}/revoquer").status_code == 303
        refused = client.get("/api/v1/me", headers=key)
        assert refused.status_code == 401
        assert refused.content_type == "application/problem+json"

    @pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer rien"}, {"Authorization": "Basic eDp5"}])
    def test_a_cookie_opens_no_api_and_a_key_no_page(self, app: Flask, client: FlaskClient, header) -> None:
        org = make_organization()
        user = make_user(org)
        key = bearer(user, org)
        sign_in(client, user)
        assert client.get("/api/v1/me", headers=header).status_code == 401
        assert app.test_client().get("/compte", headers=key).status_code == 303

    def test_a_role_lost_is_lost_to_the_key(self, app: Flask, client: FlaskClient) -> None:
        org = make_organization()
        user = make_user(org, ("intake",))
        key = bearer(user, org)
        with transaction() as tx:
            tx.execute(update(Membership).values(roles=["volunteer"]))
        assert client.get("/api/v1/me", headers=key).get_json()["scopes"] == []


def test_use_is_traced_sparsely(app: Flask, client: FlaskClient, count_statements) -> None:
    user = make_user(make_organization())
    sign_in(client, user)
    with count_statements:
        client.get("/compte")
    assert "UPDATE" not in " ".join(count_statements.statements)
    with clock.at(clock.now() + timedelta(minutes=6)):
        later = clock.now()
        client.get("/compte")
    session().rollback()
    assert session().scalars(select(UserSession.last_seen_at)).one() >= later - timedelta(seconds=5)


def test_the_profile_is_one_s_own(app: Flask, client: FlaskClient) -> None:
    user = make_user(make_organization())
    sign_in(client, user)
    assert client.post("/compte/profil", data={"name": "  ", "job_title": ""}).status_code == 422
    client.post("/compte/profil", data={"name": "Jeanne  Martin", "job_title": "Conseillère sociale"})
    page = client.get("/compte").text
    assert "Jeanne Martin" in page
    assert "Conseillère sociale" in page
