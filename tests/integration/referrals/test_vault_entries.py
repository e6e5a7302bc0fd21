"""What is kept of visits and calls in a person's file, in the vault of the organisation that follows the person."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from factories.accounts import PASSWORD, make_user
from factories.pages import Visitor, readable
from factories.referrals import Town, make_situation
from factories.vaults import PRINT, create_vault, pairs_of_the_host, shown
from maillage.kernel import boxes, clock, lifecycle
from maillage.kernel.crypto import SealBroken, decrypt
from maillage.kernel.db import session, transaction
from maillage.referrals.household.models import HouseholdEntry
from maillage.referrals.rights import service as rights
from maillage.referrals.sealing import context, situation_key
from maillage.referrals.vaulting import VaultShut

pytestmark = pytest.mark.security

BEFORE, INSIDE = "CANARI-AVANT porte close", "CANARI-DEDANS elle dort chez sa sœur"


@dataclass(slots=True)
class Home:
    """A landlord with a vault, its administrator who also follows people, and a colleague who is not in."""

    town: Town
    situation_id: UUID
    founder: Visitor
    colleague: Visitor
    colleague_id: UUID

    @property
    def file(self) -> str:
        return f"/situations/{self.situation_id}/suivi"

    @property
    def copy(self) -> str:
        return f"/situations/{self.situation_id}/droits/copie"

    def write(self, who: Visitor, words: str) -> None:
        who.post(self.file, kind="visit", happened_on=clock.today().isoformat(), words=words)


@pytest.fixture
def home(app: Flask, town: Town) -> Home:
    side = town.landlord
    founder, colleague = make_user(side.org, ("org_admin", "referent")), make_user(side.org, ("referent",))
    made = Home(
        town, make_situation(side.actor), Visitor(app, side, founder), Visitor(app, side, colleague), colleague.id
    )
    made.write(made.founder, BEFORE)
    create_vault(made.founder)
    made.write(made.founder, INSIDE)
    return made


def test_words_are_read_by_who_is_in_and_days_by_the_team(home: Home) -> None:
    page = readable(home.founder.get(home.file))
    assert BEFORE in page and INSIDE in page
    page = readable(home.colleague.get(home.file))
    assert BEFORE in page and INSIDE not in page
    assert "1 ligne est dans le coffre" in page and "Dans le coffre." in page and "Demander à entrer" in page
    home.write(home.colleague, "CANARI-COLLEGUE")
    assert "CANARI-COLLEGUE" not in home.colleague.get(home.file)
    assert "CANARI-COLLEGUE" in home.founder.get(home.file)
    fingerprint = shown(PRINT, home.colleague.post("/coffre/demander", status=200, current=PASSWORD).text)
    home.founder.post(f"/coffre/membres/{home.colleague_id}/entrer", fingerprint=fingerprint)
    assert home.colleague.go("/coffre/ouvrir", current=PASSWORD, next=home.file) == home.file
    page = readable(home.colleague.get(home.file))
    assert INSIDE in page and "CANARI-COLLEGUE" in page and "Dans le coffre." not in page


def test_a_copy_for_the_person_is_whole_or_waits_for_the_vault(home: Home) -> None:
    home.founder.post("/coffre/fermer")
    back = f"/situations/{home.situation_id}/droits"
    assert home.founder.go(home.copy) == f"/coffre/ouvrir?next={back}"
    with pytest.raises(VaultShut):
        rights.give_copy(home.town.landlord.actor, situation_id=home.situation_id)
    assert home.founder.go("/coffre/ouvrir", current=PASSWORD, next=back) == back
    told = home.founder.post(home.copy, status=200, format="json").text
    assert BEFORE in told and "CANARI-DEDANS" in told
    assert "CANARI-DEDANS" in home.founder.post(home.copy, status=200).text


def test_no_dump_opens_it_with_the_ring_and_erasure_needs_no_key(home: Home) -> None:
    session().rollback()
    row = session().scalars(select(HouseholdEntry).where(HouseholdEntry.vault_id.is_not(None))).one()
    binding = context("household_entry", row.id, "content", row.org_id)
    box = decrypt(situation_key(session(), home.situation_id), row.sealed, binding.encode())
    for pair in pairs_of_the_host():
        with pytest.raises(SealBroken):
            boxes.open_value(pair, box, binding)
    with transaction() as tx:
        lifecycle.erase(tx, "situation", home.situation_id, cause="test")
    assert set(session().scalars(select(HouseholdEntry.sealed))) == {b""}
