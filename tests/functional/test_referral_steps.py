"""The four steps that prepare an orientation: kept at each one, resumed, corrected, sent once."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from factories.accounts import make_organization, make_user
from factories.directory import make_service
from factories.pages import Visitor, hidden_version, readable
from factories.referrals import ASKED, FIRST_NAME, LAST_NAME, NEED, NEED_STEP, SECRETS, Town, make_side, make_situation
from maillage.directory import service as directory
from maillage.kernel.actor import SYSTEM
from maillage.kernel.db import session
from maillage.referrals import queries, service
from maillage.referrals.content import Person, Plan, StepInput
from maillage.referrals.models import Referral, Situation

PERSON_STEP: dict[str, Any] = {
    "first_name": FIRST_NAME,
    "last_name": LAST_NAME,
    "phone": "",
    "email": "",
    "channels": [],
    "allowed": "never",
}


def situation(town: Town) -> UUID:
    found = session().scalar(select(Situation.id).where(Situation.org_id == town.landlord.org.id))
    assert found is not None
    return found


def sent() -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(Referral)) or 0


def ready(sender: Visitor, town: Town) -> tuple[str, dict[str, str]]:
    """A situation of which only the last page is left; its address and what to post to it."""
    situation_id = make_situation(town.landlord.actor)
    verify = sender.go(
        f"/orienter/{situation_id}/partenaires",
        service_ids=[str(town.service.id)],
        mode="each_may_act",
        sharing_level="minimal",
    )
    return verify, {
        "version": hidden_version(sender.get(verify)),
        "basis": "legal_duty",
        "legal_text": "CASF",
        "necessary": "Danger.",
    }


BAD_NEEDS = [
    ({"route": ""}, "Choisissez l’une des deux situations."),
    ({"route": "ailleurs"}, "Choisissez l’une des réponses proposées."),
    ({"themes": []}, "Choisissez au moins un besoin."),
    ({"themes": ["no-such-theme"]}, "Choisissez parmi les réponses proposées."),
    ({"commune": ""}, "Indiquez une commune ou un code postal."),
    ({"commune": "Xyzzyville"}, "vérifiez l’orthographe, ou indiquez le code postal."),
    ({"commune": "62400"}, "Précisez la commune : Béthune (62)"),
    ({"age_band": ""}, "Indiquez une tranche d’âge."),
    ({"household": ""}, "Indiquez le type de ménage."),
    ({"asked": ""}, "Dites ce que vous demandez."),
    ({"asked": "a" * 201}, "200 caractères au plus."),
    ({"need": " "}, "Décrivez le besoin."),
    ({"need": "a" * 4001}, "4000 caractères au plus."),
    ({"urgency": ""}, "Dites si c’est urgent."),
]


@pytest.mark.parametrize(("given", "message"), BAD_NEEDS)
def test_a_bad_need_is_refused_beside_its_field_and_kept(
    sender: Visitor, town: Town, given: dict[str, Any], message: str
) -> None:
    page = sender.refused("/orienter", **(NEED_STEP | {"need": "Volets clos depuis lundi."} | given))
    (field,) = given
    assert f'id="{field}-error"' in page
    assert message in page
    if field != "need":
        assert "Volets clos depuis lundi." in page
    assert session().scalar(select(func.count()).select_from(Situation)) == 0


BAD_PEOPLE = [
    ({"first_name": ""}, "first_name", "Indiquez au moins un prénom."),
    ({"allowed": ""}, "allowed", "Dites si l’on peut la contacter."),
    ({"allowed": "yes"}, "channels", "Choisissez au moins un moyen de la joindre."),
    ({"allowed": "yes", "channels": ["phone"]}, "phone", "Indiquez le numéro à appeler"),
    ({"allowed": "yes", "channels": ["email"]}, "email", "Indiquez l’adresse e-mail"),
    ({"phone": "06 12"}, "phone", "Ce numéro semble incomplet."),
    ({"email": "odile"}, "email", "Cette adresse semble incomplète."),
    ({"birth_date": "hier"}, "birth_date", "Indiquez une date, par exemple 31/12/2026."),
    ({"birth_date": "2999-01-01"}, "birth_date", "Indiquez une date passée, ou aujourd’hui."),
]


@pytest.mark.parametrize(("given", "field", "message"), BAD_PEOPLE)
def test_a_bad_person_is_refused_beside_its_field_and_kept(
    sender: Visitor, town: Town, given: dict[str, Any], field: str, message: str
) -> None:
    path = f"/orienter/{make_situation(town.landlord.actor)}/personne"
    page = sender.refused(path, **(PERSON_STEP | {"hours": "jamais le dimanche"} | given))
    assert f'id="{field}-error"' in page
    assert message in page
    assert "jamais le dimanche" in page


BAD_TERMS = [
    ({"basis": ""}, "basis", "Choisissez ce qui vous permet de transmettre."),
    ({"basis": "consent"}, "given_on", "sans accord, la situation ne peut pas être transmise"),
    ({"basis": "consent", "informed_on": "2999-01-01"}, "informed_on", "Indiquez une date passée, ou aujourd’hui."),
    ({"expires_on": "2001-01-01"}, "expires_on", "Cet accord n’est plus valable."),
]


@pytest.mark.parametrize(("given", "field", "message"), BAD_TERMS)
def test_bad_terms_are_refused_beside_their_field(
    sender: Visitor, town: Town, given: dict[str, str], field: str, message: str
) -> None:
    verify, fields = ready(sender, town)
    page = sender.refused(verify, **(fields | given))
    assert f'id="{field}-error"' in page
    assert message in page
    assert sent() == 0


def test_partners_and_sharing_are_asked_for(sender: Visitor, town: Town) -> None:
    path = f"/orienter/{make_situation(town.landlord.actor)}/partenaires"
    page = sender.refused(path, mode="each_may_act")
    assert "Choisissez au moins un partenaire." in page
    assert "Choisissez ce que vous partagez." in page


def test_a_postcode_is_read_as_one(sender: Visitor, town: Town) -> None:
    """62119 is the postcode of Dourges and the code of Béthune."""
    sender.go("/orienter", **(NEED_STEP | {"commune": "62119"}))
    view = queries.situation_view(session(), town.landlord.actor, situation(town))
    assert view.commune_code == "62274"


def test_a_draft_survives_and_is_found_again(sender: Visitor, town: Town) -> None:
    sender.go("/orienter", **NEED_STEP)
    draft = f"/orienter/{situation(town)}"
    assert draft in sender.get("/mes-orientations")
    assert sender.client.get(draft).location == f"{draft}/personne"
    sender.go(f"{draft}/personne", **PERSON_STEP)
    assert f'value="{LAST_NAME}"' in sender.get(f"{draft}/personne")
    need = sender.get(f"{draft}/besoin")
    assert NEED in need
    assert 'value="Béthune (62)"' in need
    assert sender.client.get(draft).location == f"{draft}/partenaires"


def test_leaving_for_later_keeps_what_is_right(sender: Visitor, town: Town) -> None:
    assert sender.go("/orienter", need=NEED, later="1") == "/mes-orientations"
    assert sender.client.get(f"/orienter/{situation(town)}").location.endswith("/besoin")
    assert NEED in sender.get(f"/orienter/{situation(town)}/besoin")
    path = f"/orienter/{situation(town)}/personne"
    assert "semble incomplet" in sender.refused(path, phone="06 12", later="1")


def test_what_is_typed_is_sealed(sender: Visitor, town: Town) -> None:
    person = sender.go("/orienter", **NEED_STEP)
    sender.go(person, **PERSON_STEP)
    row = session().get(Situation, situation(town))
    assert row is not None
    assert not any(secret.encode() in row.sealed for secret in SECRETS)


def test_a_draft_changed_elsewhere_is_not_overwritten(sender: Visitor, town: Town) -> None:
    path = f"/orienter/{make_situation(town.landlord.actor)}/personne"
    stale = hidden_version(sender.get(path))
    sender.go(path, **(PERSON_STEP | {"version": stale}))
    page = sender.refused(path, **(PERSON_STEP | {"first_name": "Yvonne", "version": stale}))
    assert "modifié ailleurs" in page
    assert 'value="Yvonne"' in page


def test_a_draft_can_be_thrown_away(sender: Visitor, town: Town) -> None:
    situation_id = make_situation(town.landlord.actor)
    assert "Aucun partenaire n’a rien reçu." in readable(sender.get(f"/orienter/{situation_id}/supprimer"))
    assert sender.go(f"/orienter/{situation_id}/supprimer") == "/mes-orientations"
    sender.get(f"/situations/{situation_id}", status=404)


def test_a_service_joins_an_orientation_in_progress(sender: Visitor, town: Town) -> None:
    sender.go("/orienter", **NEED_STEP)
    draft = f"/orienter/{situation(town)}"
    sender.go(f"{draft}/personne", **PERSON_STEP)
    page = sender.get(f"/orienter?service_id={town.service.id}")
    assert "Pour qui orientez-vous" in readable(page)
    assert f"{draft}/ajouter" in page
    assert sender.go(f"{draft}/ajouter", service_id=str(town.service.id)) == draft
    assert f'value="{town.service.id}" id="service_ids-0" checked' in sender.get(f"{draft}/partenaires")


def test_partners_are_proposed_and_searched_among_those_who_can_be_reached(sender: Visitor, town: Town) -> None:
    make_service(make_organization(status="listed"), name="Hors plateforme")
    own = make_service(town.landlord.org, name="Notre propre service")
    food = make_service(town.other_association.org, name="Colis du mardi", themes=["food-aid"])
    directory.rebuild_index(SYSTEM)
    path = f"/orienter/{make_situation(town.landlord.actor)}/partenaires"
    page = sender.get(path)
    assert town.service.name in page
    assert "Hors plateforme" not in page
    assert own.name not in page
    chosen = {"service_ids": [str(town.service.id)], "sharing_level": "full"}
    found = sender.post(path, status=200, q="banque alimentaire", search="1", **chosen).text
    assert food.name in found
    assert f'value="{town.service.id}" id="service_ids-0" checked' in found
    assert 'value="full" id="sharing_level-2" checked' in found


def test_the_last_page_shows_what_each_side_of_acceptance_sees(sender: Visitor, town: Town) -> None:
    verify, _ = ready(sender, town)
    before, after = readable(sender.get(verify)).split("Après avoir accepté")
    assert ASKED in before
    assert FIRST_NAME not in before
    assert FIRST_NAME in after
    assert LAST_NAME not in after  # the minimum: a first name and how to reach them


def test_a_card_that_names_the_person_is_corrected_before_it_leaves(sender: Visitor, town: Town) -> None:
    """The sentence was written first, the name came later: the last step leads back to the sentence."""
    situation_id = make_situation(town.landlord.actor, asked="Des visites pour ODILE, le mardi.", person={})
    service.update_situation(
        town.landlord.actor,
        situation_id=situation_id,
        given=StepInput(person=Person(first_name=FIRST_NAME), plan=Plan(service_ids=(town.service.id,))),
    )
    back = sender.go(f"/orienter/{situation_id}/verifier")
    assert back == f"/orienter/{situation_id}/besoin"
    assert "semble nommer la personne" in sender.get(back)
    page = sender.refused(back, **(NEED_STEP | {"asked": "Des visites pour Odile."}))
    assert 'id="asked-error"' in page
    assert sender.go(back, **NEED_STEP) == f"/orienter/{situation_id}/personne"
    assert "semble nommer" not in sender.get(back)
    assert sent() == 0


def test_the_last_step_sent_twice_sends_once(sender: Visitor, town: Town) -> None:
    verify, fields = ready(sender, town)
    first = sender.go(verify, **fields)
    second = sender.go(verify, **fields)
    assert sent() == 1
    assert first.startswith("/orientations/")
    assert second.startswith("/situations/")


def test_only_what_was_looked_at_is_sent(sender: Visitor, town: Town) -> None:
    verify, fields = ready(sender, town)
    sender.go(verify.replace("verifier", "besoin"), **(NEED_STEP | {"asked": "Autre chose."}))
    assert "modifié ailleurs" in sender.refused(verify, **fields)
    assert sent() == 0


def test_an_unfinished_orientation_cannot_reach_the_last_page(sender: Visitor, town: Town) -> None:
    sender.go("/orienter", **NEED_STEP)
    path = f"/orienter/{situation(town)}/verifier"
    assert sender.client.get(path).location.endswith("/personne")
    assert sender.client.post(path, data={"basis": "consent"}).location.endswith("/personne")


def test_a_service_that_is_not_offered_is_unknown(sender: Visitor, town: Town) -> None:
    hidden = make_service(town.association.org, status="hidden")
    for service_id in (hidden.id, UUID(int=7), "not-an-id"):
        sender.get(f"/orienter?service_id={service_id}", status=404)


def test_an_organization_that_is_not_vetted_sends_nothing(app: Flask) -> None:
    newcomer = make_side("landlord", "referent", status="pending")
    page = Visitor(app, newcomer).get("/orienter", status=403)
    assert "vérifiée par la plateforme" in readable(page)


def test_a_colleague_without_the_right_does_not_see_a_draft_of_another(app: Flask, town: Town) -> None:
    draft = make_situation(town.landlord.actor)
    colleague = Visitor(app, town.landlord, make_user(town.landlord.org, ("colleague",)))
    for step in ("besoin", "personne", "partenaires", "verifier", "supprimer"):
        colleague.get(f"/orienter/{draft}/{step}", status=404)
