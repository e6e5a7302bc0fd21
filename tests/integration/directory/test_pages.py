"""What people see and do on the pages of the directory."""

from uuid import uuid4

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from factories.accounts import make_organization, make_user, sign_in
from factories.directory import BETHUNE, make_answers, make_profile, make_service
from maillage.accounts.models import Organization
from maillage.directory import queries, service
from maillage.directory.models import Service, ServiceReport
from maillage.kernel import clock
from maillage.kernel.db import db, session

FORM = {
    "name": "Visites de convivialité",
    "summary": "Des bénévoles rendent visite aux aînés.",
    "themes": ["elderly-isolation", "social-ties"],
    "publics": ["seniors"],
    "open_to": "all",
    "fee": "",
    "scale": "",
    "modes": ["a-domicile"],
    "locations-0-kind": "fixed",
    "locations-0-address": "3 rue du Pot-d’Étain",
    "locations-0-commune": "62400 Béthune",
    "locations-0-opening_hours": "lundi au vendredi 9h-12h et 14h-17h30",
    "areas": "Béthune\nPas-de-Calais",
    "season": ["9", "10"],
    "accepts_referrals": "y",
    "address_visibility": "public",
}


def page(answer: TestResponse, status: int = 200) -> str:
    assert answer.status_code == status, answer.text
    html5lib.HTMLParser(strict=True).parse(answer.text)
    return answer.text


def member(client: FlaskClient, role: str = "org_admin", **organization: str) -> Organization:
    org = make_organization(**organization)
    sign_in(client, make_user(org, (role,)), org)
    return org


def fresh() -> Session:
    """A session that has read nothing yet."""
    db.session.remove()
    return session()


def only_service() -> Service:
    return fresh().scalars(select(Service)).one()


def test_a_visitor_reads_what_for_whom_where_and_how_long(app: Flask, client: FlaskClient) -> None:
    org = make_organization(name="Les Petits Frères")
    place = {"address": "12 rue des Martyrs", "opening_hours": "Mo-Fr 09:00-12:00", **BETHUNE}
    it = make_service(org, capacity="limited", locations=[place], professional_note="Ligne directe : poste 12")
    make_answers(it, 1, 2, 2, 3, 9)
    text = page(client.get(f"/services/{it.id}"))
    told = (it.name, "Les Petits Frères", "Séniors", "Quelques places", "Béthune", "12 rue des Martyrs")
    for words in (*told, "Répond en 2 jours", "9\u00a0h–12\u00a0h", "Vérifié aujourd’hui"):
        assert words in text
    assert "poste 12" not in text
    assert "Quitter cette page" not in text


def test_a_sensitive_page_has_a_way_out_and_hides_the_door(app: Flask, client: FlaskClient) -> None:
    place = {"name": "Villa Canari", "address": "7 impasse Canari", **BETHUNE}
    shelter = make_service(
        make_organization(), themes=["violence-shelter"], address_visibility="never", locations=[place]
    )
    text = page(client.get(f"/services/{shelter.id}"))
    assert "Quitter cette page" in text
    assert "Adresse confidentielle" in text
    assert "Canari" not in text
    assert "Béthune" not in text


def test_professionals_of_vetted_organisations_read_their_line(app: Flask, client: FlaskClient) -> None:
    it = make_service(make_organization(), professional_note="Ligne directe : poste 12")
    member(client, "referent", kind="landlord", status="pending")
    assert "poste 12" not in client.get(f"/services/{it.id}").text
    member(client, "referent", kind="landlord")
    assert "poste 12" in client.get(f"/services/{it.id}").text


def test_itinerant_stops_are_told_in_words(app: Flask, client: FlaskClient) -> None:
    stop = {"place": "Place du marché, Lillers", "commune_code": "62516", "opening_hours": "We 09:30-12:00"}
    bus = make_service(make_organization(), locations=[{"kind": "itinerant", "name": "Le bus", "stops": [stop]}])
    assert "Place du marché, Lillers : mercredi 9h30-12h" in page(client.get(f"/services/{bus.id}"))


@pytest.mark.parametrize("path", ["/services/{}", "/organisations/{}", "/services/{}/signaler"])
def test_unknown_hidden_and_suspended_are_one_404(app: Flask, client: FlaskClient, path: str) -> None:
    gone = make_organization(status="suspended")
    draft = make_service(make_organization(), status="draft")
    ids = [uuid4(), gone.id, make_service(gone).id, draft.id]
    answers = [client.get(path.format(found)) for found in ids]
    assert {answer.status_code for answer in answers} == {404}


def test_an_organisation_shows_its_published_services(app: Flask, client: FlaskClient) -> None:
    org = make_organization(name="Toit et Lien")
    make_profile(org, category="centre-social", description="Une maison ouverte.")
    shown, hidden = make_service(org, name="Atelier"), make_service(org, name="Caché", status="hidden")
    text = page(client.get(f"/organisations/{org.id}"))
    assert "Centre social" in text
    assert shown.name in text
    assert hidden.name not in text
    assert "1 place du Beffroi" in text


def test_an_error_is_reported_without_an_account(app: Flask, client: FlaskClient) -> None:
    it = make_service(make_organization())
    wrong = client.post(f"/services/{it.id}/signaler", data={"message": "Fermé le lundi."})
    assert "Choisissez ce qui n’est plus exact." in page(wrong, 422)
    assert "Fermé le lundi." in wrong.text
    done = client.post(f"/services/{it.id}/signaler", data={"kind": "hours", "message": "Fermé le lundi."})
    assert done.status_code == 303


def test_a_service_is_created_read_again_and_changed(app: Flask, client: FlaskClient) -> None:
    member(client)
    assert client.post("/mes-services/nouveau", data=FORM).status_code == 303
    it = only_service()
    assert (it.status, it.locations[0].commune_code) == ("published", "62119")
    assert it.locations[0].opening_hours == "Mo-Fr 09:00-12:00,14:00-17:30"
    assert [area.token for area in it.areas] == ["commune:62119", "departement:62"]
    assert it.season == [9, 10]

    text = page(client.get(f"/mes-services/{it.id}/modifier"))
    for words in ("lundi au vendredi 9h-12h, 14h-17h30", "Pas-de-Calais", "3 rue du Pot-d’Étain"):
        assert words in text
    changed = FORM | {"name": "Visites et sorties", "edition": str(it.edition)}
    assert client.post(f"/mes-services/{it.id}/modifier", data=changed).status_code == 303
    assert only_service().name == "Visites et sorties"

    stale = client.post(f"/mes-services/{it.id}/modifier", data=changed)
    assert "Un collègue a modifié" in page(stale, 409)
    assert "Visites et sorties" in page(client.get("/mes-services"))
    assert "Publiée" in page(client.get(f"/mes-services/{it.id}/versions"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": ""}, "Donnez un nom au service."),
        ({"themes": []}, "Choisissez au moins un thème."),
        ({"locations-0-commune": "Atlantide"}, "Indiquez une commune"),
        ({"locations-0-commune": ""}, "Indiquez la commune de ce lieu."),
        ({"locations-0-opening_hours": "quand je peux"}, "Horaires illisibles."),
        ({"locations-0-stops": "Marché | Atlantide"}, "Ligne 1"),
        ({"areas": "Béthune\nAtlantide"}, "« Atlantide » : territoire inconnu"),
        ({"address_visibility": ""}, "Choisissez qui voit l’adresse."),
        ({"url": "javascript:alert(1)"}, "https://"),
        ({"delay_days": "400"}, "entre 0 et 365"),
        ({"name": "ab"}, "Valeur incorrecte."),
    ],
)
def test_bad_input_is_told_beside_the_field_and_nothing_typed_is_lost(
    app: Flask, client: FlaskClient, change: dict[str, object], message: str
) -> None:
    member(client)
    answer = client.post("/mes-services/nouveau", data=FORM | change)
    text = page(answer, 422)
    assert message in text
    assert "Des bénévoles rendent visite aux aînés." in text
    assert session().scalars(select(Service)).all() == []


def test_a_place_is_added_without_script(app: Flask, client: FlaskClient) -> None:
    member(client)
    text = page(client.post("/mes-services/nouveau", data=FORM | {"then": "add-place"}))
    assert "Lieu 2" in text
    assert "Visites de convivialité" in text
    assert session().scalars(select(Service)).all() == []


def test_a_draft_waits_until_it_is_published(app: Flask, client: FlaskClient) -> None:
    member(client)
    client.post("/mes-services/nouveau", data=FORM | {"then": "draft"})
    it = only_service()
    assert app.test_client().get(f"/services/{it.id}").status_code == 404
    client.post(f"/mes-services/{it.id}/publier")
    assert app.test_client().get(f"/services/{it.id}").status_code == 200


def test_an_edit_keeps_the_exact_point_of_an_unchanged_address(app: Flask, client: FlaskClient) -> None:
    org = member(client)
    stop = {"place": "Place du marché", "commune_code": "62516", "lat": 50.56, "lon": 2.48}
    it = make_service(org, locations=[{"address": "3 rue du Pot-d’Étain", "stops": [stop], **BETHUNE}])
    stops = "Place du marché | Lillers | mercredi 9h-12h"
    client.post(f"/mes-services/{it.id}/modifier", data=FORM | {"edition": "1", "locations-0-stops": stops})
    place = only_service().locations[0]
    assert (place.lat, place.lon, place.postcode) == (BETHUNE["lat"], BETHUNE["lon"], "62400")
    assert [(found.lat, found.opening_hours) for found in place.stops] == [(50.56, "We 09:00-12:00")]


def test_a_moderator_compares_approves_and_refuses(app: Flask, client: FlaskClient) -> None:
    member(client, status="pending")
    client.post("/mes-services/nouveau", data=FORM)
    it = only_service().id
    assert app.test_client().get(f"/services/{it}").status_code == 404

    chief = app.test_client()
    member(chief, "platform_admin", kind="host")
    assert "Visites de convivialité" in page(chief.get("/moderation"))
    waiting = queries.pending_revisions(fresh())[0].id
    page(chief.get(f"/moderation/versions/{waiting}"))
    assert chief.post(f"/moderation/versions/{waiting}/accepter").status_code == 303
    assert app.test_client().get(f"/services/{it}").status_code == 200

    client.post(f"/mes-services/{it}/modifier", data=FORM | {"name": "Nouveau nom", "fee": "payant"})
    assert "Visites de convivialité" in app.test_client().get(f"/services/{it}").text
    waiting = queries.pending_revisions(fresh())[0].id
    text = page(chief.get(f"/moderation/versions/{waiting}"))
    assert "Nouveau nom" in text
    assert "Payant" in text
    assert "Dites pourquoi" in page(chief.post(f"/moderation/versions/{waiting}/refuser", data={}), 422)
    chief.post(f"/moderation/versions/{waiting}/refuser", data={"reason": "Le tarif manque."})
    assert "Le tarif manque." in page(client.get(f"/mes-services/{it}/versions"))


def test_gestures_of_every_week(app: Flask, client: FlaskClient) -> None:
    org = member(client, "intake")
    it = make_service(org, verified_on=None)
    client.post(f"/mes-services/{it.id}/places", data={"capacity": "full"})
    client.post(f"/mes-services/{it.id}/confirmer")
    changed = only_service()
    assert (changed.capacity, changed.verified_on) == ("full", clock.today())
    service.report_error(None, service_id=it.id, kind="contact", message="Le numéro ne répond plus.")
    assert "Le numéro ne répond plus." in page(client.get("/mes-services"))
    report = fresh().scalars(select(ServiceReport)).one()
    client.post(f"/mes-services/signalements/{report.id}", data={"outcome": "corrected"})
    assert "Le numéro ne répond plus." not in page(client.get("/mes-services"))
    page(client.get(f"/mes-services/{it.id}/retirer"))
    client.post(f"/mes-services/{it.id}/retirer", data={"then": "close"})
    assert app.test_client().get(f"/services/{it.id}").status_code == 404


def test_the_profile_is_edited_and_shown(app: Flask, client: FlaskClient) -> None:
    org = member(client)
    page(client.get("/mes-services/presentation"))
    wrong = {"commune": "Atlantide", "address_visibility": "public", "acronym": "TEL", "category": ""}
    assert "Indiquez une commune" in page(client.post("/mes-services/presentation", data=wrong), 422)
    right = wrong | {"commune": "Béthune", "address": "1 place du Beffroi", "description": "Nous voici."}
    assert client.post("/mes-services/presentation", data=right).status_code == 303
    assert "1 place du Beffroi" in page(client.get(f"/organisations/{org.id}"))


EDIT_PATHS = ["modifier", "versions", "retirer"]
POST_PATHS = ["modifier", "places", "confirmer", "publier", "retirer"]


def test_a_foreign_service_is_a_404_like_an_unknown_one(app: Flask, client: FlaskClient) -> None:
    foreign = make_service(make_organization(), status="draft").id
    member(client)
    for target in (foreign, uuid4()):
        for path in EDIT_PATHS:
            assert client.get(f"/mes-services/{target}/{path}").status_code == 404
        for path in POST_PATHS:
            answer = client.post(f"/mes-services/{target}/{path}", data=FORM | {"capacity": "full"})
            assert answer.status_code == 404
        assert client.post(f"/mes-services/signalements/{target}", data={"outcome": "corrected"}).status_code == 404


@pytest.mark.parametrize("role", ["referent", "volunteer"])
def test_other_roles_neither_edit_nor_moderate(app: Flask, client: FlaskClient, role: str) -> None:
    member(client, role, kind="association")
    for path in ("/mes-services", "/mes-services/nouveau", "/mes-services/presentation", "/moderation"):
        assert client.get(path).status_code == 403
