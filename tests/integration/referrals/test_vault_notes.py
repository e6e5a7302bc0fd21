"""Notes in the vault of the receiving organisation, from the pages: two colleagues at two browsers, and the others."""

import threading
from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from factories.accounts import PASSWORD, bearer, make_user
from factories.pages import Visitor, readable
from factories.referrals import Town, make_referral
from factories.vaults import CODE, LAST_GROUPS, PRINT, create_vault, pairs_of_the_host, shown
from maillage.accounts.vault import keys
from maillage.accounts.vault.models import Vault, VaultSession
from maillage.kernel import boxes, clock, lifecycle
from maillage.kernel.crypto import SealBroken, decrypt
from maillage.kernel.db import session, transaction
from maillage.referrals.inside import service
from maillage.referrals.inside.models import TeamNote
from maillage.referrals.models import Referral
from maillage.referrals.sealing import context, referral_key
from maillage.referrals.states import State

pytestmark = pytest.mark.security

BEFORE, INSIDE = "CANARI-AVANT elle préfère Samira", "CANARI-DEDANS elle dort chez sa sœur"


@dataclass(slots=True)
class Shelter:
    """An association that received a referral, whose administrator also answers."""

    town: Town
    referral_id: UUID
    founder: Visitor
    colleague: Visitor
    colleague_id: UUID

    @property
    def notes(self) -> str:
        return f"/orientations/{self.referral_id}/notes"


@pytest.fixture
def shelter(app: Flask, town: Town) -> Shelter:
    side = town.association
    founder, colleague = (make_user(side.org, roles) for roles in (("org_admin", "intake"), ("intake",)))
    return Shelter(
        town,
        make_referral(town, State.ACCEPTED),
        Visitor(app, side, founder),
        Visitor(app, side, colleague),
        colleague.id,
    )


def test_two_colleagues_at_two_browsers(shelter: Shelter) -> None:
    """Made, written to, asked for, let in, closed, and one of them leaves."""
    founder, colleague, notes = shelter.founder, shelter.colleague, shelter.notes
    founder.post(notes, text=BEFORE)
    create_vault(shelter.founder)
    founder.post(notes, text=INSIDE)
    assert INSIDE in founder.get(notes)
    # who is not in reads what was written before, may write, and is told how to come in
    page = readable(colleague.get(notes))
    assert BEFORE in page and INSIDE not in page
    assert "1 note est dans le coffre" in page and "Demander à entrer" in page
    colleague.post(notes, text="Vu à la permanence")
    assert "2 notes sont dans le coffre" in readable(colleague.get(notes))
    # asking, and being let in by what is read aloud
    fingerprint = shown(PRINT, colleague.post("/coffre/demander", status=200, current=PASSWORD).text)
    assert "Votre demande est faite" in readable(colleague.get("/coffre"))
    door = f"/coffre/membres/{shelter.colleague_id}/entrer"
    assert "empreinte" in founder.refused(door, fingerprint="ABCD-EFGH-IJKL-MNOP")
    founder.post(door, fingerprint=fingerprint.replace("-", " "))
    # opening leads back to where one was
    wanted = f"/coffre/ouvrir?next={notes}"
    assert wanted in colleague.get(notes)
    assert "mot de passe actuel" in colleague.refused(wanted, current="pas le bon", next=notes)
    assert colleague.go(wanted, current=PASSWORD, next=notes) == notes
    assert INSIDE in colleague.get(notes) and "Vu à la permanence" in colleague.get(notes)
    # closed, then opened again
    colleague.post("/coffre/fermer")
    assert INSIDE not in colleague.get(notes)
    colleague.post("/coffre/ouvrir", current=PASSWORD, next="https://ailleurs.example/")
    assert INSIDE in colleague.get(notes)
    # put out: at once, and the next opening turns the key
    founder.post(f"/coffre/membres/{shelter.colleague_id}/retirer")
    assert INSIDE not in colleague.get(notes)
    assert "change de clé" in readable(founder.get("/coffre"))
    founder.post("/coffre/ouvrir", current=PASSWORD, next=notes)
    founder.post(notes, text="CANARI-APRES")
    page = readable(founder.get(notes))
    assert all(words in page for words in (BEFORE, INSIDE, "CANARI-APRES"))
    # the journal says who and when, and nothing of what
    journal = readable(founder_journal(shelter))
    for words in ("a donné un coffre", "a demandé à entrer", "a fait entrer", "a ouvert le coffre", "a changé la clé"):
        assert words in journal, words
    assert "CANARI" not in journal


def founder_journal(shelter: Shelter) -> str:
    return shelter.founder.get("/administration/journal?what=vault")


def test_the_vault_is_made_once_the_code_is_on_paper(shelter: Shelter) -> None:
    founder = shelter.founder
    first, second = (shown(CODE, founder.get("/coffre/creer")) for _ in range(2))
    assert first != second
    page = founder.refused("/coffre/creer", code=first, ending=second[LAST_GROUPS], current=PASSWORD)
    assert "Relisez le papier" in page and first in page, "the code on paper is still the one shown"
    page = founder.refused("/coffre/creer", code=first, ending=first[LAST_GROUPS], current="pas le bon")
    assert "mot de passe actuel" in page and first in page
    page = founder.refused("/coffre/creer", code="pas un code", ending="pas un code", current=PASSWORD)
    assert shown(CODE, page) not in (first, second)
    assert session().scalars(select(Vault)).all() == []
    founder.post("/coffre/creer", code=first, ending=first[LAST_GROUPS], current=PASSWORD)
    assert founder.go("/coffre/fermer") == "/coffre"
    assert first not in founder.get("/coffre")
    assert "code de secours de ce coffre" in founder.refused("/coffre/secours", code=second, current=PASSWORD)
    founder.post("/coffre/secours", code=first, current=PASSWORD)
    renewed = shown(CODE, founder.get("/coffre/code"))
    founder.post("/coffre/code", code=renewed, ending=renewed[LAST_GROUPS], current=PASSWORD)
    founder.refused("/coffre/secours", code=first, current=PASSWORD)


def test_signing_out_closes_it(shelter: Shelter, app: Flask) -> None:
    create_vault(shelter.founder)
    assert session().scalars(select(VaultSession)).all()
    gone = shelter.founder.client.post("/deconnexion")
    assert any(one.startswith("coffre=;") for one in gone.headers.getlist("Set-Cookie"))
    session().rollback()
    assert session().scalars(select(VaultSession)).all() == []


def test_the_cookie_is_the_browser_s_alone(shelter: Shelter) -> None:
    code = shown(CODE, shelter.founder.get("/coffre/creer"))
    answer = shelter.founder.post("/coffre/creer", code=code, ending=code[LAST_GROUPS], current=PASSWORD)
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("coffre=")]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert "Expires" not in cookie and "Max-Age" not in cookie
    shelter.colleague.client.set_cookie("coffre", cookie.partition("=")[2].partition(";")[0])
    service.note(shelter.town.association.actor, referral_id=shelter.referral_id, text=INSIDE)
    assert INSIDE in shelter.founder.get(shelter.notes)
    assert INSIDE not in shelter.colleague.get(shelter.notes), "it goes with one session"


@pytest.mark.parametrize("who", ["sender", "stranger", "volunteer", "token"])
def test_nobody_else_reads_it(shelter: Shelter, app: Flask, who: str) -> None:
    create_vault(shelter.founder)
    shelter.founder.post(shelter.notes, text=INSIDE)
    side = {"sender": shelter.town.landlord, "stranger": shelter.town.stranger}.get(who, shelter.town.association)
    if who == "token":
        user = make_user(side.org, ("intake",))
        headers = bearer(user, side.org)
        client = app.test_client()
        for path in (f"/api/v1/referrals/{shelter.referral_id}", f"/api/v1/referrals/{shelter.referral_id}/messages"):
            assert INSIDE not in client.get(path, headers=headers).text
        assert client.get(shelter.notes, headers=headers).status_code in (303, 401)
        return
    user = make_user(side.org, ("volunteer",)) if who == "volunteer" else None
    visitor = Visitor(app, side, user)
    for path in (f"/orientations/{shelter.referral_id}", shelter.notes, "/coffre", "/notifications"):
        assert INSIDE not in visitor.client.get(path).text, path


def test_no_dump_opens_it_with_the_ring_and_erasure_needs_no_key(shelter: Shelter) -> None:
    """The outer seal is the ring's to open, the inner one is not; and it goes without anybody opening it."""
    create_vault(shelter.founder)
    shelter.founder.post(shelter.notes, text=INSIDE)
    session().rollback()
    row = session().scalars(select(TeamNote)).one()
    binding = context("team_note", row.id, "text", row.org_id)
    box = decrypt(referral_key(session(), shelter.referral_id), row.sealed, binding.encode())
    assert INSIDE.encode() not in box
    for pair in pairs_of_the_host():
        with pytest.raises(SealBroken):
            boxes.open_value(pair, box, binding)
    referral = session().get_one(Referral, shelter.referral_id)
    with transaction() as tx:
        lifecycle.erase(tx, "situation", referral.situation_id, cause="test")
    assert session().scalars(select(TeamNote)).all() == []


def test_what_is_written_while_the_key_turns_goes_into_the_vault(shelter: Shelter, app: Flask) -> None:
    """Whoever waited for the other key seals for it: neither for the one that a leaver has, nor for the host alone."""
    create_vault(shelter.founder)
    town, written = shelter.town, threading.Event()

    def write() -> None:
        with app.app_context():
            service.note(town.association.actor, referral_id=shelter.referral_id, text=INSIDE)
            written.set()

    with transaction() as tx:
        before = keys.locked(tx, town.association.org.id)
        assert before is not None
        writer = threading.Thread(target=write)
        writer.start()
        assert not written.wait(0.5), "it waits"
        before.retired_at = clock.now()
        tx.flush()
        after = Vault(org_id=before.org_id, public_key=before.public_key, recovery_public=b"", recovery_box=b"")
        tx.add(after)
    writer.join(20)
    assert session().scalars(select(TeamNote.vault_id)).all() == [after.id]


PLACES = ("in", "asked", "out", "elsewhere")
TABLE = {  # to an administrator who is in, a member who asked, one who did not, somebody of another organisation
    "GET /coffre": (200, 200, 200, 200),
    "GET /coffre/ouvrir": (200, 303, 303, 303),
    "POST /coffre/ouvrir": (422, 303, 303, 303),
    "POST /coffre/fermer": (303, 303, 303, 303),
    "GET /coffre/demander": (303, 200, 200, 303),
    "POST /coffre/demander": (303, 422, 422, 303),
    "GET /coffre/creer": (303, 403, 403, 403),
    "GET /coffre/code": (200, 403, 403, 403),
    "GET /coffre/secours": (200, 403, 403, 403),
    "GET /coffre/membres/{asked}/entrer": (200, 404, 404, 404),
    "POST /coffre/membres/{asked}/entrer": (422, 404, 404, 404),
    "GET /coffre/membres/{out}/entrer": (404, 404, 404, 404),
    "GET /coffre/membres/{asked}/retirer": (200, 403, 403, 403),
    "GET /coffre/membres/{out}/retirer": (404, 403, 403, 403),
}


def test_who_may_do_what(shelter: Shelter, app: Flask) -> None:
    create_vault(shelter.founder)
    side = shelter.town.association
    out = make_user(side.org, ("intake",))
    shelter.colleague.post("/coffre/demander", status=200, current=PASSWORD)
    visitors = {
        "in": shelter.founder,
        "asked": shelter.colleague,
        "out": Visitor(app, side, out),
        "elsewhere": Visitor(app, shelter.town.stranger),
    }
    people = {"asked": shelter.colleague_id, "out": out.id}
    for line, wanted in TABLE.items():
        method, path = line.split()
        for place, status in zip(PLACES, wanted, strict=True):
            if path.endswith("/fermer") and place == "in":
                continue
            answer = visitors[place].client.open(path.format(**people), method=method)
            assert answer.status_code == status, (line, place, answer.status, answer.location)
