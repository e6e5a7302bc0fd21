"""What hangs on a situation goes with it: documents on disk, links in mailboxes, the person's file."""

import io
import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from factories.accounts import sign_in
from factories.files import pdf
from factories.links import make_unknown, opened, sent_by_link
from factories.pages import Visitor, readable
from factories.referrals import Town, do, make_referral, make_situation, send, stored
from maillage.kernel import clock, jobs, lifecycle
from maillage.kernel.db import db, session, transaction
from maillage.referrals.attachments.models import ReferralDocument
from maillage.referrals.household import service as household
from maillage.referrals.household.codes import EntryKind
from maillage.referrals.household.content import Entry, NextStep, Portrait
from maillage.referrals.household.models import AutonomyGrid, HouseholdEntry, HouseholdFile
from maillage.referrals.links.models import LinkCode, LinkSession, ReferralLink
from maillage.referrals.rights import service as rights
from maillage.referrals.states import Event, State

pytestmark = [pytest.mark.security, pytest.mark.usefixtures("ledger")]

SAID, SEEN, STEP = "CANARI-PAROLE je veux rester", "CANARI-VISITE volets clos", "CANARI-ETAPE rappeler"


def count(*tables: type) -> int:
    session().rollback()
    return sum(session().scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def test_documents_leave_the_disk_at_once(app: Flask, town: Town, sender: Visitor) -> None:
    folder: Path = app.extensions["maillage_settings"].paths.files / "referrals"
    of_others = set(folder.glob("??/*"))  # the folder serves every test
    referral_id, other = make_referral(town, State.ACCEPTED), make_referral(town)
    for one in (referral_id, referral_id, other):
        sender.go(f"/orientations/{one}/documents", file=(io.BytesIO(pdf()), "bail.pdf"))
    assert len(set(folder.glob("??/*")) - of_others) == count(ReferralDocument) == 3
    rights.erase(town.landlord.actor, situation_id=stored(referral_id).situation_id)
    jobs.drain()
    kept = list(set(folder.glob("??/*")) - of_others)
    assert [one.name for one in kept] == [str(name) for name in session().scalars(select(ReferralDocument.stored))]
    assert len(kept) == 1


def test_a_link_that_was_followed_leads_nowhere(app: Flask, town: Town) -> None:
    referral_id, secret = sent_by_link(town, make_unknown())
    client = opened(app, secret)
    assert count(ReferralLink, LinkCode, LinkSession) == 3
    assert client.get(f"/reponse/{referral_id}").status_code == 200
    rights.erase(town.landlord.actor, situation_id=stored(referral_id).situation_id)
    jobs.drain()
    assert count(ReferralLink, LinkCode, LinkSession) == 0
    unknown = client.post(f"/lien/{'x' * 43}")
    for answer in (client.get(f"/reponse/{referral_id}"), client.post(f"/lien/{secret}")):
        assert answer.status_code != 200
        assert "code" not in (answer.location or "")
    assert readable(client.post(f"/lien/{secret}").text) == readable(unknown.text)


def write_file(town: Town) -> object:
    me, today = town.landlord.actor, clock.today()
    situation_id = make_situation(me)
    household.describe(me, situation_id=situation_id, portrait=Portrait(own_words=SAID))
    household.note(
        me,
        situation_id=situation_id,
        entry=Entry(kind=EntryKind.VISIT, happened_on=today, words=SEEN),
        next_step=NextStep(words=STEP, on=today),
    )
    return situation_id


def test_the_file_is_in_the_copy_and_goes_with_the_situation(app: Flask, town: Town) -> None:
    situation_id = write_file(town)
    browser = sign_in(app.test_client(), town.landlord.user)
    told = json.loads(browser.post(f"/situations/{situation_id}/droits/copie", data={"format": "json"}).text)
    assert told["file"]["content"]["portrait"]["own_words"] == SAID
    assert [entry["words"]["words"] for entry in told["file"]["entries"]] == [SEEN]
    assert told["file"]["next"]["words"] == STEP
    assert "kept_apart" not in told["file"]["content"]

    assert browser.post(f"/situations/{situation_id}/droits/effacement", data={"sure": "y"}).status_code == 303
    session().rollback()
    sealed = [HouseholdFile.sealed, HouseholdFile.next_sealed, HouseholdEntry.sealed, AutonomyGrid.sealed]
    assert {value or b"" for column in sealed for value in session().scalars(select(column))} == {b""}
    assert session().scalars(select(HouseholdFile.next_on)).all() == [None]
    assert browser.get(f"/situations/{situation_id}/suivi").status_code == 404


def test_rows_of_an_older_copy_obey_the_ledger_on_both_databases(app: Flask, town: Town, ledger: Path) -> None:
    """As a dump that is put back: every row of every table as it was before the erasure."""
    (made,) = send(town)
    do(town, made.id, Event.ACCEPT)
    jobs.drain()
    situation_id = stored(made.id).situation_id
    kept = {table: session().execute(table.select()).mappings().all() for table in db.metadata.sorted_tables}
    rights.erase(town.landlord.actor, situation_id=situation_id)
    jobs.drain()
    with transaction() as tx:
        for table in reversed(db.metadata.sorted_tables):
            tx.execute(table.delete())
        for table, rows in kept.items():
            if rows:
                tx.execute(table.insert(), [dict(row) for row in rows])
    session().expire_all()
    assert stored(made.id).card_sealed is not None, "the copy still held it"
    assert lifecycle.replay(ledger) == 2
    assert lifecycle.replay(ledger) == 0
    assert stored(made.id).card_sealed is None
    assert count(ReferralDocument) == 0
