"""Coming in through the provider of identities of an organisation: the way, and everything that shuts it."""

import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from factories.accounts import PASSWORD, actor_of, join, make_organization, make_user, sign_in
from factories.provider import ACCESS, CLIENT, SECRET, Provider, another_key, served, shared_key
from integration.accounts.test_account import enrol
from maillage.accounts.models import Organization, User, UserSession
from maillage.accounts.oidc import settings
from maillage.accounts.oidc.models import IdentityProvider, ProviderDomain
from maillage.accounts.service import members
from maillage.kernel import clock, fetching
from maillage.kernel.actor import SYSTEM
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import db, session, transaction
from maillage.kernel.scope import act_as, unscoped

pytestmark = pytest.mark.security

BACK, PAGE = "/connexion/retour", "/administration/connexion"


@pytest.fixture
def org(app: Flask) -> Organization:
    return make_organization()


@pytest.fixture
def user(org: Organization) -> User:
    return make_user(org, email="claire@exemple.fr")


@pytest.fixture
def provider(org: Organization) -> Iterator[Provider]:
    with served() as found:
        give(org, found)
        yield found


def give(org: Organization, provider: Provider, domain: str = "exemple.fr") -> None:
    admin = actor_of(make_user(org, ("org_admin",)), org)
    act_as(admin)
    settings.set_provider(admin, issuer=provider.url, client_id=CLIENT, client_secret=SECRET, domains=[domain])
    act_as(None)
    row = session().scalars(select(ProviderDomain).where(ProviderDomain.domain == domain)).one()
    settings.approve_domain(SYSTEM, domain_id=row.id)


def leave(client: FlaskClient, email: str = "claire@exemple.fr", **fields: str) -> str:
    """Type an address; the way to the provider that the page shows."""
    page = client.post("/connexion", data={"email": email} | fields)
    assert page.status_code == 200, page.text
    way = unescape(re.search(r'href="([^"]+)">Continuer', page.text)[1])
    assert page.headers["Refresh"] == f"0; url={way}"
    return way


def come_in(client: FlaskClient, provider: Provider, email: str = "claire@exemple.fr", **person: Any) -> TestResponse:
    return client.get(BACK, query_string=provider.authorize(leave(client), email=email, **person))


def inside(client: FlaskClient) -> bool:
    return client.get("/compte").status_code == 200


def reasons(org: Organization) -> list[str]:
    session().rollback()
    with unscoped("a test reads the journal", AuditEntry):
        rows = session().scalars(select(AuditEntry).where(AuditEntry.action == "provider.refused")).all()
        return [row.details["reason"] for row in rows if row.chain == org.id]


def test_a_member_comes_in_and_lands_where_they_were_going(client: FlaskClient, user: User, provider: Provider) -> None:
    way = leave(client, " Claire@Exemple.FR ", next="/favoris")
    answer = client.get(BACK, query_string=provider.authorize(way, email="Claire@exemple.fr"))
    assert (answer.status_code, answer.location) == (303, "/favoris")
    assert user.name in client.get("/compte").text
    asked = provider.asked
    assert (asked["response_type"], asked["scope"], asked["client_id"]) == ("code", "openid email", CLIENT)
    assert asked["redirect_uri"] == "http://localhost/connexion/retour"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43


def test_an_address_may_come_beside_the_token(client: FlaskClient, user: User, provider: Provider) -> None:
    provider.lies, provider.beside = {"email": None}, {"sub": "42", "email": user.email, "email_verified": True}
    assert come_in(client, provider).status_code == 303
    assert inside(client)


def test_what_the_provider_hands_out_stays_on_our_side_and_is_not_kept(
    client: FlaskClient, user: User, provider: Provider
) -> None:
    """Its tokens are asked for by the server, read there and forgotten: no browser and no table has them."""
    provider.lies, provider.beside = {"email": None}, {"sub": "42", "email": user.email, "email_verified": True}
    arrived = come_in(client, provider)
    with client.session_transaction() as cookie:
        told = [str(arrived.headers), arrived.text, client.get("/compte").text, str(dict(cookie))]
    session().rollback()
    for table in db.metadata.sorted_tables:
        told += [repr(row) for row in session().execute(table.select())]
    assert provider.given and len(told) > 10
    assert not any(secret in words for secret in (ACCESS, provider.given) for words in told)


LIES: dict[str, tuple[dict[str, Any], str]] = {
    "another issuer": ({"lies": {"iss": "https://ailleurs.example"}}, "iss"),
    "no issuer": ({"lies": {"iss": None}}, "iss"),
    "another audience": ({"lies": {"aud": "autre"}}, "aud"),
    "several audiences without saying whom it was for": ({"lies": {"aud": [CLIENT, "autre"]}}, "azp"),
    "for another client": ({"lies": {"azp": "autre"}}, "azp"),
    "another nonce": ({"lies": {"nonce": "autre"}}, "nonce"),
    "no nonce": ({"lies": {"nonce": None}}, "nonce"),
    "expired": ({"lies": {"exp": 1_000_000_000}}, "exp"),
    "no end": ({"lies": {"exp": None}}, "exp"),
    "not yet": ({"lies": {"nbf": 4_000_000_000}}, "nbf"),
    "signed by nobody": ({"algorithm": "none"}, ""),
    "signed with another key": ({"signed_with": another_key()}, "bad_signature"),
    "signed with the shared secret": ({"signed_with": shared_key(), "algorithm": "HS256"}, ""),
    "an address not verified": ({"lies": {"email_verified": False}}, "email_verified"),
    "an address said verified in words": ({"lies": {"email_verified": "true"}}, "email_verified"),
    "an address of another domain": ({"lies": {"email": "claire@ailleurs.example"}}, "domain"),
    "an unknown person": ({"lies": {"email": "inconnue@exemple.fr"}}, "stranger"),
    "no address": ({"lies": {"email": None}, "beside": {"sub": "42"}}, "email_verified"),
    "an address of somebody else beside": (
        {"lies": {"email": None}, "beside": {"sub": "43", "email": "claire@exemple.fr", "email_verified": True}},
        "userinfo",
    ),
    "another provider's configuration": ({"about": {"issuer": "https://ailleurs.example"}}, "issuer"),
    "keys that are none": ({"about": {"jwks_uri": "file:///etc/passwd"}}, "address"),
    "moved elsewhere": ({"moved": True}, "unreachable"),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_cannot_be_trusted_opens_nothing_and_is_noted(
    client: FlaskClient, org: Organization, user: User, provider: Provider, lie: str
) -> None:
    changes, reason = LIES[lie]
    answered = provider.authorize(leave(client), email=user.email)
    for name, value in changes.items():
        setattr(provider, name, value)
    answer = client.get(BACK, query_string=answered)
    assert answer.status_code in (403, 503)
    assert 'role="alert"' in answer.text
    assert not inside(client)
    noted = reasons(org)
    assert len(noted) == 1
    assert not reason or noted == [reason]


def test_a_journey_serves_once_in_its_own_browser_and_for_ten_minutes(
    app: Flask, client: FlaskClient, user: User, provider: Provider
) -> None:
    answered = provider.authorize(leave(client), email=user.email)
    elsewhere = app.test_client()
    assert elsewhere.get(BACK, query_string=answered).status_code == 422
    assert client.get(BACK, query_string=answered | {"state": "forged"}).status_code == 422
    assert client.get(BACK, query_string=answered).status_code == 422  # the forged one ended the journey
    late = provider.authorize(leave(client), email=user.email)
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert client.get(BACK, query_string=late).status_code == 422
    assert come_in(client, provider).status_code == 303
    assert client.get(BACK, query_string=late).status_code == 422


@pytest.mark.parametrize("brought", [{"error": "access_denied"}, {"code": "a-code", "iss": "https://ailleurs.example"}])
def test_a_refusal_of_the_provider_or_an_answer_of_another_one(
    client: FlaskClient, user: User, provider: Provider, brought: dict[str, str]
) -> None:
    state = provider.authorize(leave(client), email=user.email)["state"]
    assert client.get(BACK, query_string={"state": state} | brought).status_code == 403
    assert not inside(client)


def test_a_provider_that_is_down_is_said_and_the_host_can_open_the_other_door(
    client: FlaskClient, user: User, org: Organization
) -> None:
    with served() as provider:
        give(org, provider)
    answer = client.post("/connexion", data={"email": user.email})
    assert answer.status_code == 503
    assert "ne répond pas" in answer.text
    settings.withdraw_domain(SYSTEM, domain_id=session().scalars(select(ProviderDomain.id)).one())
    assert client.post("/connexion", data={"email": user.email, "password": PASSWORD}).status_code == 303
    assert inside(client)


def test_a_person_of_another_organisation_does_not_enter(client: FlaskClient, provider: Provider) -> None:
    make_user(make_organization(), email="ailleurs@exemple.fr")
    assert come_in(client, provider, "ailleurs@exemple.fr").status_code == 403
    assert not inside(client)


def test_each_door_opens_its_own_organisations(
    app: Flask, client: FlaskClient, user: User, org: Organization, provider: Provider
) -> None:
    """A provider vouches for one organisation's members: it must not open what its people hold elsewhere."""
    other = make_organization(name="L’autre maison")
    join(user, other)
    come_in(client, provider)
    assert other.name not in client.get("/compte").text
    assert client.post("/changer-d-organisation", data={"org_id": str(other.id)}).status_code == 404
    browser = app.test_client()
    typed = {"email": user.email, "password": PASSWORD, "by_password": "mot-de-passe"}
    assert browser.post("/connexion", data=typed).status_code == 303
    assert other.name in browser.get("/compte").text
    assert browser.post("/changer-d-organisation", data={"org_id": str(org.id)}).status_code == 404


def test_the_password_does_not_walk_round_the_provider(client: FlaskClient, user: User, provider: Provider) -> None:
    typed = {"email": user.email, "password": PASSWORD, "by_password": "mot-de-passe"}
    answer = client.post("/connexion", data=typed)
    assert answer.status_code == 403
    assert "par son propre service de connexion" in answer.text


def test_an_ended_membership_or_account_stays_out(client: FlaskClient, user: User, provider: Provider) -> None:
    with transaction() as tx:
        tx.execute(update(User).where(User.id == user.id).values(active=False))
    assert come_in(client, provider).status_code == 403


def test_an_address_that_was_given_to_somebody_else_opens_nothing(
    app: Flask, client: FlaskClient, user: User, org: Organization, provider: Provider
) -> None:
    """The provider's own name for a person counts, from the first time they came in; a new address changes nothing."""
    assert come_in(client, provider, sub="claire-7").status_code == 303
    successor = app.test_client()
    refused = come_in(successor, provider, sub="karim-8")
    assert refused.status_code == 403 and "plus à la même personne" in refused.text and not inside(successor)
    assert reasons(org) == ["sub"]
    provider.lies = {"email": "claire.mariee@exemple.fr"}
    assert come_in(app.test_client(), provider, sub="claire-7").status_code == 303


@pytest.mark.parametrize("how", ["ended and invited again", "another client"])
def test_whom_a_provider_meant_is_forgotten_with_the_place_and_with_the_provider(
    app: Flask, client: FlaskClient, user: User, org: Organization, provider: Provider, how: str
) -> None:
    come_in(client, provider, sub="claire-7")
    admin = actor_of(make_user(org, ("org_admin",)), org)
    if how == "another client":
        act_as(admin)
        settings.set_provider(admin, issuer=provider.url, client_id="autre", client_secret="", domains=["exemple.fr"])
        settings.set_provider(admin, issuer=provider.url, client_id=CLIENT, client_secret="", domains=["exemple.fr"])
        act_as(None)
        settings.approve_domain(SYSTEM, domain_id=session().scalars(select(ProviderDomain.id)).one())
    else:
        act_as(admin)
        members.end_membership(admin, user_id=user.id)
        act_as(None)
        members.add_membership(SYSTEM, user_id=user.id, org_id=org.id, roles=["referent"])
    assert come_in(app.test_client(), provider, sub="claire-8").status_code == 303


@pytest.mark.parametrize(
    ("said", "enough"),
    [
        ({}, False),
        ({"amr": ["pwd"]}, False),
        ({"amr": ["pwd", "sms"]}, False),
        ({"amr": "mfa"}, False),
        ({"acr": "eidas1"}, False),
        ({"amr": ["mfa"]}, True),
        ({"amr": ["pwd", "otp"]}, True),
        ({"amr": ["hwk", "pin"]}, True),
        ({"acr": "https://refeds.org/profile/mfa"}, True),
    ],
)
def test_the_second_factor_of_the_provider_counts_only_when_it_says_so(
    app: Flask, client: FlaskClient, user: User, provider: Provider, said: dict[str, Any], enough: bool
) -> None:
    enrol(sign_in(app.test_client(), user))
    come_in(client, provider, **said)
    assert inside(client) is enough
    if not enough and said.get("amr") != "mfa":
        assert client.get("/compte", follow_redirects=True).request.path.startswith("/connexion")


def test_a_session_through_a_provider_ends_like_any_other(client: FlaskClient, user: User, provider: Provider) -> None:
    come_in(client, provider)
    session().rollback()
    assert session().scalars(select(UserSession.through_org_id)).all() == [user.memberships[0].org_id]
    with clock.at(clock.now() + timedelta(hours=10, minutes=1)):
        assert not inside(client)


def test_only_a_domain_that_the_host_approved_leads_to_the_provider(
    client: FlaskClient, user: User, org: Organization, provider: Provider
) -> None:
    admin = sign_in(client, session().scalars(select(User).where(User.id != user.id)).one())
    typed = {"issuer": provider.url, "client_id": CLIENT, "client_secret": "", "domains": "exemple.fr\nAutre.example"}
    assert admin.post(PAGE, data=typed).status_code == 303
    page = admin.get(PAGE).text
    assert "En attente de l’hébergeur" in page
    assert SECRET not in unescape(page)
    assert re.search(r">\s*autre\.example\r?\nexemple\.fr</textarea>", page)
    assert client.post("/connexion", data={"email": "x@autre.example", "password": "y"}).status_code == 422
    assert admin.post(PAGE, data=typed | {"client_id": "another"}).status_code == 303
    session().rollback()
    assert session().scalars(select(ProviderDomain.approved_at)).all() == [None, None]


def test_a_domain_has_one_provider_and_the_host_sees_both(app: Flask, org: Organization, provider: Provider) -> None:
    second = make_organization()
    admin = actor_of(make_user(second, ("org_admin",)), second)
    act_as(admin)
    given = {"issuer": provider.url, "client_id": CLIENT, "client_secret": SECRET}
    settings.set_provider(admin, **given, domains=["exemple.fr"])
    host = sign_in(app.test_client(), make_user(make_organization(kind="host"), ("platform_admin",)))
    card = f"/plateforme/organisations/{second.id}"
    action = re.search(r'action="(/plateforme/domaines/[^"]+/approuver)"', host.get(card).text)[1]
    assert host.post(action).status_code == 409
    first = session().scalars(select(ProviderDomain).where(ProviderDomain.org_id == org.id)).one()
    assert host.post(f"/plateforme/domaines/{first.id}/retirer").location.endswith(str(org.id))
    assert host.post(action).location == card


def test_the_provider_goes_with_its_secret(client: FlaskClient, user: User, provider: Provider) -> None:
    sign_in(client, session().scalars(select(User).where(User.id != user.id)).one())
    assert client.post(f"{PAGE}/retirer").status_code == 303
    session().rollback()
    assert session().scalars(select(IdentityProvider)).all() == []
    assert client.post(f"{PAGE}/retirer").status_code == 404


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("issuer", ""),
        ("issuer", "http://127.0.0.1:1"),
        ("issuer", "file:///etc/passwd"),
        ("issuer", "http://user@127.0.0.1/"),
        ("issuer", "http://127.0.0.1:port/"),
        ("client_id", ""),
        ("client_secret", ""),
        ("domains", ""),
        ("domains", "exemple"),
        ("domains", "%.fr"),
        ("domains", "\n".join(f"d{number}.fr" for number in range(11))),
    ],
)
def test_bad_settings_are_refused_beside_their_field(
    client: FlaskClient, org: Organization, field: str, typed: str
) -> None:
    sign_in(client, make_user(org, ("org_admin",)))
    with served() as provider:
        right = {"issuer": provider.url, "client_id": CLIENT, "client_secret": SECRET, "domains": "exemple.fr"}
        answer = client.post(PAGE, data=right | {field: typed})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_in_production_only_public_addresses_are_asked(client: FlaskClient, org: Organization) -> None:
    """Which these are: tests/unit/kernel/test_fetching.py."""
    sign_in(client, make_user(org, ("org_admin",)))
    fetching.configure(strict=True)
    with served() as provider:
        typed = {"issuer": provider.url, "client_id": CLIENT, "client_secret": SECRET, "domains": "exemple.fr"}
        answer = client.post(PAGE, data=typed)
    assert answer.status_code == 422
    assert "Indiquez une adresse publique" in answer.text


def test_without_the_extra_the_door_says_so(
    client: FlaskClient, user: User, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("maillage.accounts.oidc.protocol")
    monkeypatch.setitem(sys.modules, "maillage.accounts.oidc.protocol", None)
    answer = client.post("/connexion", data={"email": user.email})
    assert answer.status_code == 503
    assert "extra « oidc »" in answer.text
