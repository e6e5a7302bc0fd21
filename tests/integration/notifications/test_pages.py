"""What a person sees and does: the list, the preferences, and the mails of the demonstration."""

import re
from datetime import timedelta
from pathlib import Path

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient

from conftest import make_app
from factories.accounts import join, make_organization, make_user, sign_in
from factories.notifications import DIGESTED, ESSENTIAL, ORDINARY, kept_mails, make_recipient, notices_of, tell
from maillage.accounts.models import Organization, User
from maillage.app import create_app
from maillage.kernel import clock, jobs, schema
from maillage.kernel.actor import Actor
from maillage.kernel.crypto import KeyRing
from maillage.kernel.db import db, session
from maillage.kernel.ids import new_id
from maillage.notifications import delivery, queries
from maillage.notifications.mailer import mailer_from
from maillage.notifications.models import Notification
from maillage.notifications.values import Frequency, Recipient
from maillage.settings import Environment, Settings

LINES = re.compile(r'<li class="inbox-line linked( inbox-unread)?">')


@pytest.fixture
def org(app: Flask) -> Organization:
    return make_organization()


@pytest.fixture
def user(org: Organization) -> User:
    return make_user(org)


@pytest.fixture
def reader(user: User, org: Organization) -> Recipient:
    return make_recipient(user_id=user.id, org_id=org.id, email=user.email)


@pytest.fixture
def page(client: FlaskClient, user: User) -> FlaskClient:
    return sign_in(client, user)


def chosen_by(user: User) -> dict[str, Frequency]:
    session().rollback()
    return queries.preferences(session(), Actor(user_id=user.id, org_id=None))


@pytest.fixture
def host(client: FlaskClient) -> FlaskClient:
    return sign_in(client, make_user(make_organization(kind="host"), ("platform_admin",)))


def text_of(client: FlaskClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    html5lib.HTMLParser(strict=True).parse(answer.text)
    return answer.text


def test_an_empty_list_says_what_will_come(page: FlaskClient) -> None:
    assert "Aucune notification" in text_of(page, "/notifications")


def test_the_unread_come_first_then_the_newest(page: FlaskClient, reader: Recipient) -> None:
    for hours, link in ((3, "/a"), (2, "/b"), (1, "/c")):
        with clock.at(clock.now() - timedelta(hours=hours)):
            tell(reader, link=link)
    oldest, _, newest = notices_of(reader)
    answer = page.post(f"/notifications/{newest.id}/open")
    assert (answer.status_code, answer.location) == (303, "/c")
    shown = text_of(page, "/notifications")
    assert [bool(unread) for unread in LINES.findall(shown)] == [True, True, False]
    assert f'href="{newest.link}"' in shown
    assert f"/notifications/{oldest.id}/open" in shown


def test_every_page_shows_how_many_are_unread(page: FlaskClient, reader: Recipient) -> None:
    tell(reader, link="/a")
    tell(reader, link="/b", kind=DIGESTED)
    count = re.compile(r'Notifications <span class="count( count-none)?">(\d+)</span>')
    assert count.findall(text_of(page, "/notifications/preferences")) == [("", "2")]
    assert page.post("/notifications/read").status_code == 303
    assert count.findall(text_of(page, "/notifications")) == [(" count-none", "0")]


def test_a_page_still_shows_when_the_count_cannot_be_read(host: FlaskClient) -> None:
    table = Notification.__table__
    session().rollback()
    with schema.owner() as connection, connection.begin():
        table.drop(connection)  # type: ignore[attr-defined]
    try:
        assert "Boîte d’envoi" in text_of(host, "/boite-d-envoi")
    finally:
        with schema.owner() as connection, connection.begin():
            table.create(connection)  # type: ignore[attr-defined]
        schema.raise_walls()


def test_a_long_list_has_pages_without_hole_or_double(page: FlaskClient, reader: Recipient) -> None:
    with clock.at(clock.now()):
        for number in range(queries.PAGE + 5):
            tell(reader, link=f"/orientations/{number}")
    for row in notices_of(reader)[:10]:
        page.post(f"/notifications/{row.id}/open")
    first = text_of(page, "/notifications")
    [more] = re.findall(r'href="(/notifications\?after=[^"]+)"', first)
    second = text_of(page, more.replace("&amp;", "&"))
    assert len(LINES.findall(first)) == queries.PAGE
    assert len(LINES.findall(second)) == 5
    opened = re.compile(r"/notifications/[0-9a-f-]{36}/open|/orientations/\d+")
    assert len(set(opened.findall(first + second))) == queries.PAGE + 5


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WzEsICJoaWVyIiwgIngiXQ", "WzEsIDIsIDNd", "%00"])
def test_a_mangled_page_address_shows_the_beginning(page: FlaskClient, reader: Recipient, cursor: str) -> None:
    tell(reader)
    assert len(LINES.findall(text_of(page, f"/notifications?after={cursor}"))) == 1


def test_notices_of_others_and_of_another_organisation_do_not_exist(
    page: FlaskClient, user: User, reader: Recipient
) -> None:
    elsewhere = make_organization()
    join(user, elsewhere)
    foreign = make_recipient()
    other_hat = make_recipient(user_id=user.id, org_id=elsewhere.id, email=user.email)
    tell(foreign)
    tell(other_hat)
    for recipient in (foreign, other_hat):
        [row] = notices_of(recipient)
        assert page.post(f"/notifications/{row.id}/open").status_code == 404
        assert notices_of(recipient)[0].read_at is None
    assert page.post(f"/notifications/{new_id()}/open").status_code == 404
    assert LINES.findall(text_of(page, "/notifications")) == []


def test_reading_a_page_marks_nothing_read(page: FlaskClient, reader: Recipient) -> None:
    tell(reader)
    text_of(page, "/notifications")
    assert notices_of(reader)[0].read_at is None


def test_preferences_are_kept_and_shown_again(page: FlaskClient, user: User) -> None:
    form = text_of(page, "/notifications/preferences")
    assert ORDINARY.label in form
    assert ESSENTIAL.label not in form
    choices = {re.sub(r"\W", "-", code): value for code, value in chosen_by(user).items()}
    answer = page.post("/notifications/preferences", data=choices | {"test-ordinary": "weekly"})
    assert answer.status_code == 303
    assert chosen_by(user)[ORDINARY.code] is Frequency.WEEKLY
    shown = text_of(page, "/notifications/preferences")
    assert re.search(r'name="test-ordinary" value="weekly" id="[^"]+" checked', shown)


def test_a_choice_that_does_not_exist_is_refused_beside_its_field(page: FlaskClient, user: User) -> None:
    answer = page.post("/notifications/preferences", data={"test-ordinary": "hourly"})
    assert answer.status_code == 422
    assert 'id="test-ordinary-error"' in answer.text
    assert chosen_by(user)[ORDINARY.code] is Frequency.IMMEDIATE


@pytest.mark.parametrize("url", ["/notifications", "/notifications/preferences"])
def test_a_stranger_is_asked_to_sign_in(client: FlaskClient, url: str) -> None:
    answer = client.get(url)
    assert answer.status_code == 303
    assert "/connexion" in answer.location


def test_a_demonstration_shows_its_mails_even_before_signing_in(tmp_path: Path) -> None:
    demo = create_app(Settings(data_dir=tmp_path, demo=True, throttle=False))
    with demo.app_context():
        db.create_all()
        visitor = demo.test_client()
        assert "Aucun message" in text_of(visitor, "/boite-d-envoi")
        assert 'href="/boite-d-envoi">messages envoyés' in text_of(visitor, "/")


@pytest.mark.security
def test_kept_mails_open_accounts_so_only_the_host_reads_them(client: FlaskClient, page: FlaskClient) -> None:
    tell(make_recipient())
    jobs.drain()
    [mail] = kept_mails()
    for url in ("/boite-d-envoi", f"/boite-d-envoi/{mail.id}"):
        assert page.get(url).status_code == 403
        assert "/connexion" in client.application.test_client().get(url).location


def test_the_host_reads_the_mails_that_were_kept(host: FlaskClient) -> None:
    assert "Aucun message" in text_of(host, "/boite-d-envoi")
    delivery.send_mail(
        recipient=make_recipient(email="bloque@organisation.example", name="<b>Zoé</b>"),
        mail_id=new_id(),
        subject="Votre accès à Maillage",
        body="Choisissez <b>vite</b>.",
        link="/mot-de-passe/s3cret",
        link_label="Choisir un mot de passe",
    )
    [mail] = kept_mails()
    listed = text_of(host, "/boite-d-envoi")
    assert "bloque@organisation.example" in listed
    assert f"/boite-d-envoi/{mail.id}" in listed
    shown = text_of(host, f"/boite-d-envoi/{mail.id}")
    assert 'href="http://127.0.0.1:8000/mot-de-passe/s3cret"' in shown
    assert "<b>vite</b>" not in shown
    assert host.get(f"/boite-d-envoi/{new_id()}").status_code == 404


def test_many_kept_mails_have_pages(host: FlaskClient) -> None:
    tell(*(make_recipient() for _ in range(queries.PAGE + 3)))
    jobs.drain()
    first = text_of(host, "/boite-d-envoi")
    [more] = re.findall(r'href="(/boite-d-envoi\?after=[^"]+)"', first)
    second = text_of(host, more)
    listed = re.compile(r"/boite-d-envoi/[0-9a-f-]{36}")
    assert len(set(listed.findall(first + second))) == queries.PAGE + 3


@pytest.mark.security
def test_the_viewer_is_absent_where_mails_really_leave(
    app: Flask, host: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(make_recipient())
    jobs.drain()
    [mail] = kept_mails()
    monkeypatch.setitem(app.extensions, "maillage_mailer", mailer_from("smtp://127.0.0.1:1", production=False))
    for url in ("/boite-d-envoi", f"/boite-d-envoi/{mail.id}"):
        assert host.get(url).status_code == 404


@pytest.mark.security
def test_the_viewer_is_absent_in_production_whatever_the_settings(tmp_path: Path) -> None:
    make_app(tmp_path)
    KeyRing.generate().save(tmp_path / "production.json")
    settings = Settings(
        env=Environment.PRODUCTION,
        base_url="https://maillage.example",
        data_dir=tmp_path,
        keyring_file=tmp_path / "production.json",
        secret_key="s" * 40,
        mail_url="smtp://127.0.0.1:1",
        throttle=False,
    )
    production = create_app(settings)
    for url in ("/boite-d-envoi", f"/boite-d-envoi/{new_id()}"):
        answer = production.test_client().get(url, base_url="https://maillage.example")
        assert (answer.status_code, answer.location.split("?")[0]) == (303, "/connexion")
    # A forged name would end up in the links of mails.
    assert production.test_client().get("/", base_url="https://evil.example").status_code == 400
