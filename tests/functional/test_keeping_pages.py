"""Keeping and sharing as people do it: press, find again, print, send."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from factories.accounts import make_organization, make_user, sign_in
from factories.directory import make_service
from maillage.accounts.models import Organization
from maillage.directory import service as directory
from maillage.directory.models import Service
from maillage.kernel import jobs
from maillage.kernel.actor import SYSTEM
from maillage_search.embedded import EmbeddedEngine

FOOD = "t=food-aid.100&place=commune:62119"


@pytest.fixture
def org(engine: EmbeddedEngine) -> Organization:
    return make_organization(name="Les Heures Douces")


@pytest.fixture
def grocery(org: Organization) -> Service:
    made = make_service(org, name="Épicerie solidaire", themes=["food-aid"], address_visibility="never")
    directory.rebuild_index(SYSTEM)
    return made


@pytest.fixture
def member(client: FlaskClient, org: Organization) -> FlaskClient:
    return sign_in(client, make_user(org))


def test_a_card_is_kept_where_it_is_read(member: FlaskClient, grocery: Service) -> None:
    page = member.get(f"/recherche?{FOOD}").text
    assert 'aria-pressed="false"' in page and "Garder<" in page
    here = f"/recherche?{FOOD}"
    answer = member.post(f"/favoris/{grocery.id}", data={"keep": "1", "back": here})
    assert (answer.status_code, answer.location) == (303, here)
    assert "Gardé<" in member.get(here).text
    member.post(f"/favoris/{grocery.id}/equipe", data={"keep": "1"})
    member.post(f"/favoris/{grocery.id}/note", data={"note": "Appeler le matin."})
    page = member.get("/favoris").text
    assert page.count("Épicerie solidaire</a>") == 2 and "Appeler le matin." in page


def test_a_script_gets_the_button_alone(member: FlaskClient, grocery: Service) -> None:
    answer = member.post(f"/favoris/{grocery.id}", data={"keep": "1"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<form") and 'aria-pressed="true"' in answer.text


def test_keeping_leads_to_no_other_site(member: FlaskClient, grocery: Service) -> None:
    answer = member.post(f"/favoris/{grocery.id}", data={"keep": "1", "back": "//evil.example/"})
    assert answer.location == "/favoris"


def test_a_record_that_left_is_not_shown_again(member: FlaskClient, grocery: Service, org: Organization) -> None:
    hidden = make_service(org, name="Nom retiré")
    member.post(f"/favoris/{hidden.id}", data={"keep": "1"})
    from maillage.kernel.db import transaction

    with transaction() as tx:
        tx.get_one(Service, hidden.id).status = "hidden"
    page = member.get("/favoris").text
    assert "Nom retiré" not in page and "Cette fiche n’est plus dans l’annuaire" in page
    member.post(f"/favoris/{hidden.id}", data={"keep": "0"})
    assert "plus dans l’annuaire" not in member.get("/favoris").text


def test_a_search_is_kept_changed_read_and_forgotten(member: FlaskClient, grocery: Service) -> None:
    assert "/recherches/nouvelle?" in member.get(f"/recherche?{FOOD}").text
    form = member.get(f"/recherches/nouvelle?{FOOD}").text
    assert "Béthune" in form
    bad = member.post(f"/recherches/nouvelle?{FOOD}", data={"name": "", "frequency": "weekly"})
    assert bad.status_code == 422 and "Donnez un nom" in bad.text
    made = member.post(f"/recherches/nouvelle?{FOOD}", data={"name": "Colis", "frequency": "weekly"})
    assert made.status_code == 303
    (href,) = re.findall(r'href="(/recherches/[0-9a-f-]{36})"', member.get("/recherches").text)
    assert "Rien de nouveau" in member.get(href).text
    member.post(f"{href}/modifier", data={"name": "Paniers", "frequency": "none"})
    assert "Paniers" in member.get(href).text and "Jamais" in member.get(href).text
    assert member.post(f"{href}/vu").status_code == 303
    assert member.post(f"{href}/supprimer").status_code == 303
    assert member.get(href).status_code == 404


@pytest.mark.parametrize("page", ["/recherches/nouvelle", "/recherche/livret"])
def test_a_filter_of_the_moment_is_said_not_to_be_kept(member: FlaskClient, grocery: Service, page: str) -> None:
    assert "ne vaut qu’au moment" in member.get(f"{page}?{FOOD}&ouvert=now").text
    assert "ne vaut qu’au moment" not in member.get(f"{page}?{FOOD}").text


def test_what_is_another_s_is_unknown(app: Flask, member: FlaskClient, org: Organization, grocery: Service) -> None:
    member.post(f"/recherches/nouvelle?{FOOD}", data={"name": "Colis", "frequency": "weekly"})
    (search,) = re.findall(r'href="(/recherches/[0-9a-f-]{36})"', member.get("/recherches").text)
    booklet = str(member.post(f"/recherche/livret?{FOOD}", data={"place": ""}).location)
    jobs.drain()
    colleague = sign_in(app.test_client(), make_user(org))
    for path in (search, f"{search}/modifier", booklet, f"{booklet}/fichier"):
        assert member.get(path).status_code == 200, path
        assert colleague.get(path).status_code == 404, path
        assert app.test_client().get(path).status_code in (302, 303, 401), path


def test_a_booklet_of_a_territory_is_taken_when_ready(member: FlaskClient, grocery: Service) -> None:
    assert member.post("/recherche/livret", data={"place": ""}).status_code == 422
    assert member.post("/recherche/livret", data={"place": "Nulle-Part-sur-Rien"}).status_code == 422
    here = str(member.post("/recherche/livret", data={"place": "Béthune"}).location)
    assert "En attente" in member.get(here).text
    assert member.get(f"{here}/fichier").status_code == 404
    jobs.drain()
    assert "Prêt : 1 service" in member.get(here).text
    taken = member.get(f"{here}/fichier")
    assert "livret-partenaires.pdf" in taken.headers["Content-Disposition"] and taken.data.startswith(b"%PDF-")


def test_the_sheet_says_what_anybody_may_read_even_to_its_owner(member: FlaskClient, grocery: Service) -> None:
    page = member.get(f"/services/{grocery.id}/fiche").text
    assert "12 rue des Martyrs" not in page and "Adresse confidentielle" in page
    assert 'src="data:image/svg+xml' in page
    short = re.search(r"http://localhost(/s/[\w-]{22})", page)
    assert short is not None
    assert member.get(short[1]).location == f"/services/{grocery.id}"
    assert member.get("/s/nothing").status_code == 404


def test_pages_can_be_shared_without_a_script(client: FlaskClient, grocery: Service) -> None:
    record = unescape(client.get(f"/services/{grocery.id}").text)
    assert "mailto:?subject=" in record and 'value="http://localhost/s/' in record
    results = unescape(client.get(f"/recherche?{FOOD}").text)
    assert 'value="http://localhost/recherche?t=food-aid.100' in results
    assert "Enregistrer cette recherche" not in results and "Garder<" not in results
