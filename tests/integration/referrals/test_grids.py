"""Grids filled about a person: kept step by step, sealed, joined, read by whom the file is, gone with it."""

import html
import json
import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from factories.accounts import sign_in
from factories.grids import DIAGNOSIS, FLAT, fill_in, sections_of
from factories.pages import Visitor, hidden_version, readable
from factories.referrals import Town, make_situation
from maillage.accounts.models import Organization
from maillage.kernel.actor import Actor, Reads
from maillage.kernel.audit import AuditEntry
from maillage.kernel.crypto import SealBroken
from maillage.kernel.db import db, session, transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.referrals import service as referring
from maillage.referrals.grids import queries, service
from maillage.referrals.grids.models import FilledGrid
from maillage.referrals.household import service as household
from maillage.referrals.models import Situation

SAID = "CANARI-MOTIF trop petit"
LISTED = ("current_home", "needs")
NISS = "Dossier 85.07.30-033.28, à voir."


@pytest.fixture
def me(town: Town) -> Actor:
    return town.landlord.actor


def joined(actor: Actor, situation_id: UUID) -> UUID:
    grid_id = fill_in(actor, situation_id)
    service.join(actor, grid_id=grid_id)
    return grid_id


def typed(answers: dict[str, Any]) -> dict[str, Any]:
    """Answers as somebody types them, amounts in euros."""
    return {
        code: f"{answer / 100:.2f}" if isinstance(answer, int) and code not in ("adults", "children") else answer
        for code, answer in answers.items()
    }


def test_a_diagnosis_is_filled_computed_joined_and_printed(town: Town, sender: Visitor) -> None:
    """The whole of it by pages, without a script, for somebody who has no situation yet."""
    assert "Diagnostic social avant attribution" in sender.get("/grilles")
    assert "Diagnostic social" in sender.get("/grilles/remplir?grille=diagnosis")
    address = sender.go("/grilles/remplir", code="diagnosis", reference="")
    for section in sections_of("diagnosis"):
        assert address.endswith(f"/{section}")
        version = hidden_version(sender.get(address))
        address = sender.go(address, version=version, **typed(DIAGNOSIS[section]))
    page = sender.get(address)
    said = readable(page).replace("\u00a0", " ")
    for words in ("25,7 %", "676,04 €", "10,58 €", "−56,64 €", "Il convient, avec les mesures ci-dessus", SAID):
        assert words in said, words
    assert "arrêté du 10 mars 2011" in said and "Il manque : Taux d’effort que votre organisation" in said
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    address = sender.go(f"{address}/joindre", version=version[1])
    assert "Jointe au dossier" in sender.get(address)
    paper = readable(sender.get(f"{address}/imprimer")).replace("\u00a0", " ")
    assert "25,7 %" in paper and SAID in paper and "signature" in paper and "Odile" not in paper
    listed = re.search(r"/situations/[0-9a-f-]+/grilles", sender.get(address))
    assert listed is not None and "Jointe au dossier" in sender.get(listed[0])
    blank = readable(sender.get("/grilles/diagnosis/vierge")).replace("\u00a0", " ")
    assert "€ par mois" in blank and SAID not in blank and "Guidance ou gestion budgétaire" not in blank


REFUSED: list[tuple[str, dict[str, str], str]] = [
    ("resources", {"wages": "beaucoup"}, "Indiquez un montant en euros, par exemple 512,30."),
    ("resources", {"wages": "-5"}, "Indiquez 0 ou plus."),
    ("resources", {"wages": "5000000"}, "Indiquez au plus 100000 €."),
    ("household", {"adults": "deux"}, "Indiquez un nombre entier, en chiffres."),
    ("household", {"met_on": "hier"}, "Indiquez une date, par exemple 31/12/2026."),
    ("household", {"current_home": "castle"}, "Choisissez parmi les réponses proposées."),
    ("household", {"needs": "castle"}, "Choisissez parmi les réponses proposées."),
    ("household", {"why_move": NISS}, "Retirez le numéro de sécurité sociale"),
    ("household", {"why_move": "x" * 4001}, "4000 caractères au plus."),
]


def test_what_is_no_answer_is_refused_and_stays_typed(me: Actor, sender: Visitor) -> None:
    situation_id = make_situation(me)
    grid_id = service.begin(me, situation_id=situation_id, code="diagnosis")
    for section, given, words in REFUSED:
        beside = {"resources": {"pension": "812,40"}, "household": {"children": "2"}}[section]
        page = sender.refused(f"/grilles/{grid_id}/{section}", **given, **beside)
        assert words in page, given
        for text in (*(text for code, text in given.items() if code not in LISTED), *beside.values()):
            assert text in page, given
    session().rollback()
    assert queries.filled(session(), me, grid_id).answers == {}


def test_buttons_lead_where_they_say(me: Actor, sender: Visitor) -> None:
    situation_id = make_situation(me)
    begun = sender.go(f"/situations/{situation_id}/grilles", code="diagnosis")
    assert sender.go(f"/situations/{situation_id}/grilles", code="diagnosis") == begun, "one draft of each"
    place = begun.rpartition("/")[0]
    assert sender.go(f"{place}/charges", energy="80", compute="1") == f"{place}/charges#calculs"
    assert "80,00" in sender.get(f"{place}/charges")
    assert sender.go(f"{place}/charges", energy="80", close="1") == f"/situations/{situation_id}/grilles"
    assert sender.go(f"{place}/conclusions", advice="later") == place
    sender.get(f"{place}/nowhere", status=404)
    sender.post(f"/situations/{situation_id}/grilles", status=404, code="nothing")


def test_a_reference_chooses_a_situation_that_one_may_read(town: Town, me: Actor, sender: Visitor) -> None:
    situation_id = make_situation(me)
    reference = session().get_one(Situation, situation_id).reference
    begun = sender.go("/grilles/remplir", code="visit", reference=reference.lower())
    assert begun.startswith("/grilles/")
    foreign = session().get_one(Situation, make_situation(town.stranger.actor)).reference
    for unknown in (foreign, "ZZZZ-99"):
        page = sender.refused("/grilles/remplir", code="visit", reference=unknown)
        assert "Vous n’avez pas de situation de cette référence." in page and unknown in page
    assert "Choisissez une grille." in sender.refused("/grilles/remplir", reference=reference)


def test_nothing_of_a_grid_is_readable_in_the_database(me: Actor) -> None:
    fill_in(me, make_situation(me))
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            for row in connection.execute(table.select()):
                assert SAID not in str(tuple(row)) and "115000" not in str(tuple(row)), table.name


def test_answers_moved_to_another_grid_do_not_open(me: Actor) -> None:
    situation_id = make_situation(me)
    one, other = joined(me, situation_id), fill_in(me, situation_id)
    with transaction() as tx:
        tx.get_one(FilledGrid, one).sealed = tx.get_one(FilledGrid, other).sealed
    with pytest.raises(SealBroken):
        service.open_grid(me, grid_id=one)


def test_what_was_joined_does_not_change_and_can_be_taken_up(me: Actor) -> None:
    situation_id = make_situation(me)
    first = joined(me, situation_id)
    for act in (
        lambda: service.fill(me, grid_id=first, section="household", given={}),
        lambda: service.join(me, grid_id=first),
    ):
        with pytest.raises(Conflict):
            act()
    second = service.take_up(me, grid_id=first)
    assert second != first
    assert service.take_up(me, grid_id=first) == second, "the draft that there is"
    service.fill(me, grid_id=second, section="household", given={"adults": 1})
    kept = queries.filled(session(), me, second).answers
    assert kept == {code: answer for code, answer in FLAT.items() if code not in DIAGNOSIS["household"]} | {"adults": 1}
    assert queries.filled(session(), me, first).answers == FLAT


def test_two_who_fill_at_once_do_not_write_over_each_other(me: Actor) -> None:
    situation_id = make_situation(me)
    grid_id = service.begin(me, situation_id=situation_id, code="visit")
    service.fill(me, grid_id=grid_id, section="visit", given={"why": "Un"}, version=1)
    with pytest.raises(Conflict):
        service.fill(me, grid_id=grid_id, section="visit", given={"why": "Deux"}, version=1)
    with pytest.raises(Conflict):
        service.join(me, grid_id=grid_id, version=1)
    assert queries.filled(session(), me, grid_id).answers == {"why": "Un"}


def test_an_empty_grid_is_not_joined(me: Actor) -> None:
    situation_id = make_situation(me)
    grid_id = service.begin(me, situation_id=situation_id, code="tenant")
    with pytest.raises(Invalid):
        service.join(me, grid_id=grid_id)


def test_it_is_read_by_whom_the_situation_is(town: Town, me: Actor, app: Flask) -> None:
    situation_id = make_situation(me)
    grid_id = joined(me, situation_id)
    referent, director = (town.landlord.colleague(role) for role in ("referent", "org_admin"))
    assert queries.lines(session(), referent, situation_id)
    strangers = [town.association.actor, town.stranger.actor, director]
    with transaction() as tx:
        tx.execute(update(Organization).where(Organization.id == me.org_id).values(need_to_know=Reads.OWN))
    near = town.landlord.colleague("referent")
    for other in (*strangers, near):
        with pytest.raises(NotFound):
            service.open_grid(other, grid_id=grid_id)
        with pytest.raises((NotFound, Forbidden)):
            service.remove(other, grid_id=grid_id)


def test_a_grid_of_who_is_kept_apart_is_kept_apart(town: Town, me: Actor) -> None:
    other, referent = town.landlord.colleague("referent"), town.landlord.colleague("referent")
    situation_id = make_situation(me)
    grid_id = joined(me, situation_id)
    household.keep_apart(me, situation_id=situation_id, user_id=other.user_id, reference="")
    with pytest.raises(NotFound):
        service.open_grid(referent, grid_id=grid_id)
    assert service.open_grid(me, grid_id=grid_id).answers == FLAT


def test_reading_is_noted_and_each_gesture_is_without_words(me: Actor) -> None:
    situation_id = make_situation(me)
    grid_id = joined(me, situation_id)
    for _ in range(2):
        service.open_grid(me, grid_id=grid_id)
    service.remove(me, grid_id=grid_id)
    entries = session().scalars(select(AuditEntry).where(AuditEntry.subject_id == situation_id)).all()
    counted = [entry.action for entry in entries]
    assert counted.count("household.read") == 1 and counted.count("grid.fill") == len(DIAGNOSIS)
    assert {"grid.begin", "grid.join", "grid.remove"} <= set(counted)
    assert not [entry for entry in entries if SAID in str(entry.details)]
    assert queries.lines(session(), me, situation_id) == []


def test_it_is_in_the_persons_copy_and_goes_with_the_situation(app: Flask, town: Town, me: Actor) -> None:
    situation_id = make_situation(me)
    grid_id = joined(me, situation_id)
    browser = sign_in(app.test_client(), town.landlord.user)
    (told,) = json.loads(browser.post(f"/situations/{situation_id}/droits/copie", data={"format": "json"}).text)[
        "filled_grids"
    ]
    assert told["grid"] == "Diagnostic social avant attribution" and not told["draft"]
    assert {"question": "Salaires nets", "answer": ["1\u00a0150,00\u00a0€"]} in told["answers"]
    assert {"question": "Taux d’effort", "answer": ["25,7\u00a0%"]} in told["computed"]
    page = browser.post(f"/situations/{situation_id}/droits/copie", data={"format": "page"}).text
    assert SAID in html.unescape(page)
    assert browser.post(f"/situations/{situation_id}/droits/effacement", data={"sure": "y"}).status_code == 303
    session().rollback()
    assert session().scalars(select(FilledGrid.sealed)).all() == [b""]
    assert browser.get(f"/grilles/{grid_id}").status_code == 404


def test_it_goes_with_its_draft(me: Actor) -> None:
    situation_id = make_situation(me)
    fill_in(me, situation_id)
    referring.delete_draft(me, situation_id=situation_id)
    assert session().scalars(select(FilledGrid.id)).all() == []
