"""Who saw what, when: read by the organisation's administrator, filtered, taken away, and anchored."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from factories.accounts import make_user, sign_in
from factories.referrals import LAST_NAME, Town, make_referral, stored
from maillage.accounts.models import Organization, User
from maillage.kernel import audit, clock, jobs
from maillage.kernel.db import session, transaction
from maillage.kernel.paths import whole_lines
from maillage.notifications.models import MailMessage
from maillage.referrals import service
from maillage.referrals.states import State


@pytest.fixture
def association(town: Town) -> Organization:
    return town.association.org


@pytest.fixture
def reader(client: FlaskClient, association: Organization) -> FlaskClient:
    """The association's administrator."""
    return sign_in(client, make_user(association, ("org_admin",)))


@pytest.fixture
def looked_at(town: Town) -> str:
    """The reference of a referral whose identity somebody at the association has read."""
    referral_id = make_referral(town, State.ACCEPTED)
    service.reveal(town.association.actor, referral_id=referral_id)
    return stored(referral_id).reference


def test_it_tells_who_looked_at_which_referral(reader: FlaskClient, town: Town, looked_at: str) -> None:
    page = " ".join(reader.get("/administration/journal?what=referral").text.split())
    assert f"<strong>{town.association.user.name}</strong> a lu l’identité d’une personne : {looked_at}" in page
    assert LAST_NAME not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("what=referral", True),
        ("what=token", False),
        ("what=unheard-of", True),
        ("since=2020-01-01", True),
        ("until=2020-01-01", False),
        ("since=9999-12-31", False),
        ("until=9999-12-31", True),
        ("since=yesterday", True),
        ("who=nobody", True),
    ],
)
def test_it_is_filtered(reader: FlaskClient, looked_at: str, query: str, found: bool) -> None:
    answer = reader.get(f"/administration/journal?{query}")
    assert answer.status_code == 200
    assert ("a lu l’identité" in answer.text) is found


def test_it_is_filtered_by_person(reader: FlaskClient, town: Town, looked_at: str) -> None:
    assert "a lu l’identité" in reader.get(f"/administration/journal?who={town.association.user.id}").text
    outsider = town.landlord.user.id
    assert str(outsider) not in reader.get(f"/administration/journal?who={outsider}").text


def test_it_is_taken_away_as_a_file_and_that_is_noted(
    reader: FlaskClient, town: Town, association: Organization, looked_at: str
) -> None:
    with transaction() as tx:
        tx.execute(update(User).where(User.id == town.association.user.id).values(name="=HYPERLINK(1)"))
    here = reader.post("/administration/journal/fichier?what=referral").location
    jobs.drain()
    answer = reader.get(f"{here}/fichier-protege")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert ["referral.reveal", looked_at] in [row[4:6] for row in rows]
    assert {row[2] for row in rows[1:]} == {"'=HYPERLINK(1)"}
    assert LAST_NAME not in answer.text
    last = session().scalars(select(audit.AuditEntry).where(audit.AuditEntry.action == "journal.exported")).one()
    assert last.chain == association.id


def test_others_have_no_journal(app: Flask, town: Town) -> None:
    browser = sign_in(app.test_client(), town.association.user)
    assert browser.get("/administration/journal").status_code == 403
    assert browser.post("/administration/journal/fichier").status_code == 403


def test_the_ends_of_the_chains_are_noted_every_hour_and_told_every_day(
    app: Flask, looked_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.extensions["maillage_settings"]
    monkeypatch.setattr(settings, "audit_email", "audit@elsewhere.example")
    path: Path = settings.paths.anchors
    path.unlink(missing_ok=True)
    jobs.tick(clock.now() + timedelta(days=400))
    assert len(whole_lines(path)) == 1
    mail = session().scalars(select(MailMessage).where(MailMessage.recipient == "audit@elsewhere.example")).one()
    assert mail.subject == "Empreinte du journal"
    assert looked_at not in mail.text
    path.unlink()
