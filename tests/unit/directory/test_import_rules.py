"""Small rules of the importers: hours into OSM syntax, personal data out, words into codes."""

import pytest

from maillage.directory import hours
from maillage.directory.imports import scrub
from maillage.directory.imports.data_inclusion import counsellor_to_draft, service_to_draft, structure_to_draft
from maillage.directory.imports.drafts import RowError, find_commune
from maillage.directory.imports.france_services import week_to_osm

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa")
FULL_DAY = "09:00 - 12:00 / 14:00 - 17:00"


@pytest.mark.parametrize(
    ("written", "osm"),
    [
        ([FULL_DAY] * 5 + [""], "Mo-Fr 09:00-12:00,14:00-17:00"),
        (["09:00 - 12:00", FULL_DAY, FULL_DAY, "", "", ""], "Mo 09:00-12:00; Tu-We 09:00-12:00,14:00-17:00"),
        (["", "", "", "", "", "9:00-12:00"], "Sa 09:00-12:00"),
        (["8h30 - 12h00", "", "", "", "", ""], "Mo 08:30-12:00"),
        (["00:00 - 00:00 / 09:00 - 12:00", "", "00:00 - 00:00", "", "", ""], "Mo 09:00-12:00"),
        (["08:00 - 10:00 / 11:00 - 12:00 / 14:00 - 17:00"] + [""] * 5, "Mo 08:00-10:00,11:00-12:00,14:00-17:00"),
        ([""] * 6, ""),
    ],
)
def test_days_become_osm_hours(written: list[str], osm: str) -> None:
    found = week_to_osm(dict(zip(DAYS, written, strict=True)))
    assert found == osm
    assert not found or hours.valid(found)


@pytest.mark.parametrize("written", ["sur rendez-vous", "12:00 - 09:00", "09:00 - 25:00", "09:75 - 10:00", "9 - 12"])
def test_hours_that_mean_nothing_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        week_to_osm({"Mo": written})


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Appelez le 06 12 34 56 78.", "Appelez le (numéro retiré)."),
        ("+33 (0)7 12 34 56 78", "(numéro retiré)"),
        ("Accueil au 03 21 00 00 00", "Accueil au 03 21 00 00 00"),
        ("ref 0612345678901", "ref 0612345678901"),
        ("marie.durand@ville.fr", "(adresse retirée)"),
        ("marie62@gmail.com", "(adresse retirée)"),
        ("france.services@ville.fr", "france.services@ville.fr"),
        ("mairie.bethune@wanadoo.fr", "mairie.bethune@wanadoo.fr"),
        ("Demandez Mme Odette Carpentier au guichet", "Demandez (nom retiré) au guichet"),
        ("Contact : Adrianne", "Contact : (nom retiré)"),
        ("M. le Maire vous reçoit", "M. le Maire vous reçoit"),
        ("", ""),
    ],
)
def test_personal_data_is_dropped_and_institutions_kept(text: str, cleaned: str) -> None:
    assert scrub.clean(text) == cleaned


@pytest.mark.parametrize(
    ("code", "postcode", "name", "found"),
    [
        ("62119", "", "", "62119"),
        ("", "62400", "BETHUNE", "62119"),
        ("99999", "62400", "Béthune", "62119"),
        ("", "62400", "AMIENS CEDEX", ""),  # several communes share the postcode and none has the name
        ("", "", "Béthune", ""),
    ],
)
def test_a_commune_is_found_by_code_or_by_postcode_and_name(code: str, postcode: str, name: str, found: str) -> None:
    assert find_commune(code, postcode, name) == found


def test_listed_services_become_digital_themes() -> None:
    row = {
        "id": "9", "source": "dora", "nom": "CCAS de Lens", "services": "Prendre en main un ordinateur;"
        "Réaliser des démarches administratives avec un accompagnement;Accéder à du matériel",
        "conditions_acces": "Gratuit : Je peux accéder gratuitement au lieu et à ses services",
        "publics_accueillis": "Seniors (+ 65 ans);Surdité", "code_postal": "62300", "commune": "Lens",
    }  # fmt: skip
    draft = structure_to_draft(2, row)
    assert draft.service.data_inclusion == (
        "numerique--maitriser-les-fondamentaux-du-numerique",
        "numerique--acceder-a-des-services-en-ligne",
        "numerique--acquerir-un-equipement",
    )
    assert draft.service.themes == ("digital-skills", "online-procedures", "digital-equipment")
    assert draft.service.fee == "gratuit"
    assert draft.service.publics == ("seniors", "disabled-people")
    assert draft.organization.category == "ccas"
    assert draft.place is not None
    assert draft.place.commune_code == "62498"


def test_a_shelter_is_not_put_on_the_map() -> None:
    row = {"id": "1", "source": "siao", "nom": "CHRS Les Tilleuls", "typologie": "CHRS", "services": ""}
    assert structure_to_draft(2, row).service.address_visibility == "commune_only"


def test_the_same_id_in_two_files_is_two_records() -> None:
    row = {"id": "1", "source": "conseiller-numerique", "nom": "Mairie de Lens", "services": ""}
    structure, counsellor = structure_to_draft(2, row), counsellor_to_draft(2, row)
    assert (structure.source_name, structure.source_id) != (counsellor.source_name, counsellor.source_id)


def test_precise_themes_come_before_their_category() -> None:
    row = {
        "id": "7", "structure_id": "3", "source": "dora", "nom": "Atelier vélo", "presentation_resume": None,
        "types": ["atelier", "autonomie", "financement"], "thematiques_v1": ["mobilite"], "prise_rdv": None,
        "thematiques_v1_dora": ["mobilite--entretenir-reparer-son-vehicule"], "structure": None,
    }  # fmt: skip
    draft = service_to_draft(1, row)
    assert draft.service.themes == ("vehicle-repair", "mobility")
    assert draft.service.types == ("atelier", "aide-financiere")
    assert draft.place is None


@pytest.mark.parametrize(
    ("change", "field"),
    [({"nom": ""}, "nom"), ({"id": None}, "id"), ({"structure_id": " "}, "structure_id"), ({"nom": "x" * 201}, "nom")],
)
def test_a_row_without_what_matters_is_refused_with_its_field(change: dict[str, object], field: str) -> None:
    row: dict[str, object] = {"id": "7", "structure_id": "3", "source": "dora", "nom": "Atelier", "thematiques_v1": []}
    with pytest.raises(RowError) as refused:
        service_to_draft(1, row | change)
    assert refused.value.field == field
