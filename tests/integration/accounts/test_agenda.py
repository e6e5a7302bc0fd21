"""A person's dates on their page and in their calendar application: a private address, kept as a hash, revocable."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from factories.accounts import join, make_organization, make_user, sign_in
from maillage.accounts import service as accounts
from maillage.accounts.agenda.models import CalendarFeed
from maillage.accounts.models import Membership, Organization, User
from maillage.kernel import clock, scope
from maillage.kernel.actor import SYSTEM
from maillage.kernel.crypto import hash_secret
from maillage.kernel.db import session, transaction
from maillage.notifications.calendar import CalendarEntry, entries, register_source

ADDRESS = re.compile(r"(http://[^<\s]+(/agenda/[^<\s]+\.ics))")


@pytest.fixture
def org(app: Flask) -> Organization:
    return make_organization(name="Logis du Nord")


@pytest.fixture
def user(org: Organization) -> User:
    return make_user(org)


@pytest.fixture(autouse=True)
def dates(monkeypatch: pytest.MonkeyPatch) -> list[tuple[UUID, Collection[UUID], object]]:
    """A domain that tells one date for each organisation; and who it was asked for."""
    asked: list[tuple[UUID, Collection[UUID], object]] = []

    def tell(open_session: Session, user_id: UUID, org_ids: Collection[UUID], since: datetime) -> list[CalendarEntry]:
        asked.append((user_id, org_ids, scope.current(open_session).org_id))
        start = clock.now() + timedelta(days=1)
        return [CalendarEntry(f"{org_id}@m", start, start, "Réunion du groupe", link="/compte") for org_id in org_ids]

    monkeypatch.setattr("maillage.notifications.calendar.sources._sources", {})
    register_source("test", tell)
    return asked


def opened(client: FlaskClient) -> tuple[str, str]:
    """The whole address that the page shows, and its path."""
    answer = client.post("/compte/agenda/adresse")
    found = ADDRESS.search(answer.text)
    assert answer.status_code == 200 and found is not None, answer.text
    return found[1], found[2]


def test_an_application_reads_the_dates_without_a_cookie(
    app: Flask, client: FlaskClient, user: User, org: Organization, dates: list[object]
) -> None:
    elsewhere = make_organization(name="Logis du Sud")
    join(user, elsewhere)
    assert "Réunion du groupe" in sign_in(client, user, org).get("/compte/agenda").text
    dates.clear()
    whole, path = opened(client)
    assert whole == f"http://127.0.0.1:8000{path}"
    answer = app.test_client().get(path)
    assert answer.status_code == 200 and answer.content_type == "text/calendar; charset=utf-8"
    assert "Set-Cookie" not in answer.headers and answer.headers["Cache-Control"] == "no-store"
    assert answer.text.count("BEGIN:VEVENT") == 2
    assert "URL:http://127.0.0.1:8000/compte" in answer.text
    assert dates == [(user.id, [one.id], one.id) for one in (org, elsewhere)], "each inside its own walls"
    for told in (user.name, user.email, org.name):
        assert told not in answer.text


def test_only_a_hash_is_kept_and_the_address_is_shown_once(client: FlaskClient, user: User) -> None:
    _, path = opened(sign_in(client, user))
    secret = path.removeprefix("/agenda/").removesuffix(".ics")
    assert len(secret) == 43
    assert session().scalar(select(CalendarFeed.secret_hash)) == hash_secret(secret)
    assert secret not in client.get("/compte/agenda").text


def test_a_revoked_address_is_an_unknown_one(app: Flask, client: FlaskClient, user: User) -> None:
    _, first = opened(sign_in(client, user))
    _, second = opened(client)
    outside = app.test_client()
    assert (outside.get(first).status_code, outside.get(second).status_code) == (404, 200), "replaced"
    assert client.post("/compte/agenda/revoquer").status_code == 303
    revoked, unknown = outside.get(second), outside.get(f"/agenda/{'x' * 43}.ics")
    assert (revoked.status_code, revoked.text.replace(second, "")) == (404, unknown.text.replace("x" * 43, ""))
    assert "fermée ou remplacée" in revoked.text
    assert client.post("/compte/agenda/revoquer").status_code == 404, "there is none any more"
    assert "Créer mon adresse" in client.get("/compte/agenda").text


def test_who_left_or_is_shut_out_has_no_dates(app: Flask, client: FlaskClient, user: User) -> None:
    _, path = opened(sign_in(client, user))
    with transaction() as tx:
        membership = tx.scalars(select(Membership).where(Membership.user_id == user.id)).one()
        membership.ended_at = clock.now()
    assert app.test_client().get(path).status_code == 404
    with transaction() as tx:
        tx.scalars(select(Membership).where(Membership.user_id == user.id)).one().ended_at = None
    assert app.test_client().get(path).status_code == 200
    accounts.deactivate_user(SYSTEM, user_id=user.id)
    assert app.test_client().get(path).status_code == 404


def test_making_an_address_asks_for_a_proof(client: FlaskClient, user: User) -> None:
    sign_in(client, user)
    with clock.at(clock.now() + timedelta(minutes=20)):
        answer = client.post("/compte/agenda/adresse")
    assert answer.status_code == 303 and "/connexion/confirmer" in answer.location
    assert session().scalar(select(CalendarFeed.secret_hash)) is None


def test_a_date_told_twice_shows_once_and_in_order(app: Flask, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def tell(_session: Session, _user: UUID, org_ids: Collection[UUID], _since: datetime) -> list[CalendarEntry]:
        whole = datetime(2026, 3, 4, 9, tzinfo=UTC)
        same = [CalendarEntry("same@m", whole, whole, "Une fois") for _ in range(2)]
        return [*same, CalendarEntry("day@m", whole.date() - timedelta(days=1), whole.date(), "Toute la journée")]

    monkeypatch.setattr("maillage.notifications.calendar.sources._sources", {"test": tell})
    found = entries(session(), user.id, [], clock.now())
    assert [one.uid for one in found] == ["day@m", "same@m"]
