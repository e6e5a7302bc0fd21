"""Searching as people do it: what they type, what they read, where each step leads; on both databases."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from factories.accounts import make_organization, make_user, sign_in
from factories.directory import BETHUNE, make_profile, make_service
from factories.results import link, names, page, search
from factories.statements import StatementCounter
from maillage.accounts.models import Organization
from maillage.directory import engine as registry
from maillage.directory import service
from maillage.directory.models import UnmetNeed
from maillage.kernel.actor import SYSTEM
from maillage.kernel.db import db, session
from maillage_search.embedded import EmbeddedEngine

STORY = "dame de 82 ans qui ne sort plus, Béthune"
NAMUR = {"commune_code": "BE-92094", "lat": 50.4669, "lon": 4.8675}


@pytest.fixture
def network(engine: EmbeddedEngine) -> Organization:
    """A handful of services around Béthune, and one in Namur."""
    org = make_organization(name="Les Heures Douces")
    make_profile(org)
    make_service(org, name="Visites de convivialité", modes=["a-domicile"], capacity="free", fee="gratuit")
    make_service(org, name="Le café des aînés", themes=["elderly-isolation", "social-ties"], capacity="full")
    make_service(org, name="Épicerie solidaire", summary="Des produits à petit prix.", themes=["food-aid"])
    make_service(
        make_organization(name="Maison namuroise", country="BE"),
        name="Colis alimentaires",
        summary="Une aide alimentaire.",
        themes=["food-aid"],
        areas=("province:BE-WNA",),
        locations=[NAMUR],
    )
    service.rebuild_index(SYSTEM)
    return org


def test_the_story_is_understood_and_stays_out_of_the_address(network: Organization, client: FlaskClient) -> None:
    address = search(client, STORY)
    assert "elderly-isolation" in address
    assert "commune%3A62119" in address
    for typed in ("dame", "82", "ans", "sort"):
        assert typed not in dict(parse_qsl(urlsplit(address).query)).get("w", "")
        assert not re.search(rf"[=+]{typed}\b", address)
    answer = client.get(address)
    html = page(answer)
    assert "<title>Résultats de recherche – Maillage</title>" in html
    assert names(html)[0] == "Visites de convivialité"
    assert {"Séniors", "Femmes", "Béthune (62)"} <= set(re.findall(r"</span> ([^<]+)</span>", html))
    assert "traite l’isolement des personnes âgées" in html
    assert "dame" not in answer.text.replace("Dame de 82 ans", "").lower()


@pytest.mark.parametrize(
    "typed",
    [
        "fils unique mort en moto, elle laisse sa chambre intacte et ne mange plus",
        "Mme Dupont, 34 rue des Lilas, ne paie plus",
        "rappeler au 06 12 34 56 78 pour un impayé",
    ],
)
def test_what_is_told_of_a_person_never_reaches_the_address(
    network: Organization, client: FlaskClient, typed: str
) -> None:
    address = search(client, typed)
    pairs = parse_qsl(urlsplit(address).query)
    shown = {word for name, value in pairs if name in ("w", "phone") for word in value.split()}
    assert not shown & {"fils", "mort", "moto", "chambre", "mange", "dupont", "lilas", "rue", "34", "0612345678"}
    with client.session_transaction() as cookie:
        assert set(cookie) <= {"just_asked", "_permanent", "csrf_token"}


def test_a_name_of_the_directory_may_be_in_the_address(network: Organization, client: FlaskClient) -> None:
    address = search(client, "les heures douces")
    assert "heures" in address
    assert names(page(client.get(address)))[0] in ("Visites de convivialité", "Le café des aînés", "Épicerie solidaire")


def test_chips_are_taken_off_one_by_one(network: Organization, client: FlaskClient) -> None:
    html = page(client.get(search(client, STORY)))
    without_public = page(client.get(link(html, "Retirer : Public Femmes")))
    assert "Public</span> Femmes" not in without_public
    assert "Public</span> Séniors" in without_public
    nowhere = page(client.get(link(without_public, "Retirer : Lieu Béthune (62)")))
    assert "Indiquez une commune pour voir ce qui est proche" in nowhere
    assert "Lieu</span>" not in nowhere


def test_filters_narrow_and_come_off(network: Organization, client: FlaskClient) -> None:
    address = search(client, STORY)
    assert "Le café des aînés" in names(page(client.get(address)))
    html = page(client.get(f"{address}&only=free&modes=a-domicile&fees=gratuit&radius=10"))
    assert names(html) == ["Visites de convivialité"]
    for words in ("Places disponibles", "À domicile", "Gratuit", "Moins de 10 km"):
        assert names(page(client.get(link(html, f"Retirer : Filtre {words}"))))
    nothing = page(client.get(f"{address}&modes=a-distance"))
    assert "Retirer les filtres" in nothing
    assert names(page(client.get(link(nothing, "Retirer les filtres"))))


def test_a_filter_applied_by_script_keeps_the_panel_open(network: Organization, client: FlaskClient) -> None:
    address = search(client, STORY)
    assert '<details class="filters" open>' not in page(client.get(address))
    answer = client.get(f"{address}&only=free", headers={"HX-Request": "true", "HX-Trigger": "filters"})
    html = page(answer)
    assert '<details class="filters" open>' in html
    assert re.search(r'role="status" id="found-status">1 service<', html)


def test_an_unknown_place_is_said_beside_its_field(network: Organization, client: FlaskClient) -> None:
    html = page(client.post("/recherche", data={"q": "impayés de loyer", "place": "Xyzzyville"}), 422)
    assert re.search(r'id="place-error">.*Indiquez une commune ou un code postal\.', html)
    assert 'value="impayés de loyer"' in html
    assert 'value="Xyzzyville"' in html
    assert "<title>Erreur :" in html


@pytest.mark.parametrize(
    ("q", "place", "message"),
    [
        ("", "", "Dites en quelques mots ce qui se passe."),
        ("   ", " ", "Dites en quelques mots ce qui se passe."),
        ("loyer " * 20_000, "", "300 caractères au plus"),
        ("loyer", "Xyz\x00\x07", "Indiquez une commune ou un code postal."),
        ("loyer", "9" * 5_000, "Indiquez une commune ou un code postal."),
        ("loyer", "commune:00000", "Indiquez une commune ou un code postal."),
    ],
)
def test_bad_input_is_said_and_nothing_breaks(
    engine: EmbeddedEngine, client: FlaskClient, q: str, place: str, message: str
) -> None:
    assert message in page(client.post("/recherche", data={"q": q, "place": place}), 422)


@pytest.mark.parametrize(
    "query",
    [
        "t=nowhere.100&c=x.y&p=z&place=commune:999999&k=abc",
        "place=&urgent=fire&near=&phone=abc&w=%00%01%02",
        "t=food-aid.99999999999999&radius=-5&after=-1",
        "after=99999999999&radius=1e9&only=all",
        "themes=zzz&publics=zzz&modes=zzz&fees=zzz&languages=zzz&categories=zzz&pays=XX",
        "among=commune:x&among=::&among=country:ZZ",
        "t=%F0%9F%92%A9&w=%ED%A0%80",
        "&".join(f"t=food-aid.{n}" for n in range(300)),
        "w=" + "loyer+" * 3000,
    ],
)
def test_a_damaged_address_still_gives_a_page(engine: EmbeddedEngine, client: FlaskClient, query: str) -> None:
    page(client.get(f"/recherche?{query}"))


def test_a_homonym_is_asked_about_and_the_choice_leads_there(network: Organization, client: FlaskClient) -> None:
    html = page(client.get(search(client, "aide alimentaire", "Saint-Aubin")))
    assert "Quelle commune ?" in html
    chosen = page(client.get(link(html, "Saint-Aubin (62)")))
    assert "Quelle commune ?" not in chosen
    assert "Lieu</span> Saint-Aubin (62)" in chosen


def test_the_place_alone_can_be_changed(network: Organization, client: FlaskClient) -> None:
    html = page(client.get(search(client, "aide alimentaire", "Béthune")))
    assert names(html)[0] == "Épicerie solidaire"
    action = unescape(re.findall(r'class="big-search"[^>]*action="([^"]+)"', html)[0])
    moved = page(client.get(search(client, "", "Namur", at=action)))
    assert names(moved)[0] == "Colis alimentaires"
    assert "Aide alimentaire" in moved
    words_win = search(client, "impayés à Lens", "Béthune (62)", at=action)
    assert "commune%3A62498" in words_win


def test_a_suggested_place_is_understood_when_sent_back(network: Organization, client: FlaskClient) -> None:
    suggested = client.get("/api/v1/places", query_string={"q": "lens"}).get_json()
    assert [one["label"] for one in suggested[:2]] == ["Lens (62)", "Lens (Hainaut)"]
    assert "commune%3ABE-53046" in search(client, "aide alimentaire", "Lens (Hainaut)")


def test_urgent_words_bring_numbers_above_the_results(network: Organization, client: FlaskClient) -> None:
    address = search(client, "son mari la frappe, elle a peur, Namur")
    html = page(client.get(address))
    assert html.index('href="tel:101"') < html.index('id="found"')
    assert "Quitter cette page" in html
    assert "frappe" not in address


def test_a_search_without_answer_offers_ways_out_and_is_counted_once(
    network: Organization, client: FlaskClient
) -> None:
    address = search(client, "aide alimentaire", "Gap")
    html = page(client.get(address))
    assert names(html) == []
    assert "Aucun service trouvé" in html
    for way in ("Chercher jusqu’à 100 km", "Voir les guichets de premier accueil", "Reprendre depuis l’accueil"):
        page(client.get(link(html, way)))
    page(client.get(address))
    need = session().scalars(select(UnmetNeed)).one()
    assert (need.kind, need.themes, need.area, need.org_id) == ("zero", ["food-aid"], "epci:200067825", None)


def test_a_widened_search_says_how(network: Organization, client: FlaskClient) -> None:
    desk = make_organization(name="CCAS de Lens")
    make_profile(desk, category="ccas")
    make_service(desk, name="Accueil du CCAS", themes=["access-to-rights"], summary="Premier accueil.", areas=())
    service.rebuild_index(SYSTEM)
    html = page(client.get(search(client, "garage solidaire", "Béthune")))
    assert "Ces guichets de premier accueil reçoivent tout le monde" in html
    assert "Accueil du CCAS" in names(html)


def test_none_suits_is_counted_without_anybody_in_it(network: Organization, client: FlaskClient) -> None:
    sign_in(client, make_user(network), network)
    html = page(client.get(search(client, STORY)))
    action = unescape(re.findall(r'action="(/recherche/aucun[^"]*)"', html)[0])
    after = client.post(action, follow_redirects=True)
    assert "C’est noté" in page(after)
    db.session.remove()
    need = session().scalars(select(UnmetNeed)).one()
    assert (need.kind, need.themes, need.publics) == ("none_suited", ["elderly-isolation"], ["seniors", "women"])
    assert (need.area, need.org_id) == ("epci:200072460", network.id)


def test_words_that_lead_nowhere_are_said_to(network: Organization, client: FlaskClient) -> None:
    told = "Vos mots ne nous disent pas de quel besoin"
    assert told in page(client.get(search(client, "asdfghjk", "Béthune")))
    assert told not in page(client.get(search(client, "aide alimentaire", "Béthune")))
    assert told not in page(client.get(search(client, "", "Béthune")))


def test_results_follow_one_another(engine: EmbeddedEngine, client: FlaskClient) -> None:
    org = make_organization()
    for number in range(45):
        make_service(org, name=f"Épicerie {number}", summary=f"Aide alimentaire {number}.", themes=["food-aid"])
    service.rebuild_index(SYSTEM)
    address, seen = search(client, "aide alimentaire", "Béthune"), []
    for _ in range(3):
        html = page(client.get(address))
        seen += names(html)
        if "Afficher la suite" in html:
            address = link(html, "Afficher la suite")
    assert len(seen) == len(set(seen)) == 45
    assert "Revenir au début" in html


def test_identical_offers_are_one_line_that_leads_to_all(engine: EmbeddedEngine, client: FlaskClient) -> None:
    org = make_organization()
    for commune, lat in (("62119", 50.53), ("62498", 50.43), ("62041", 50.29)):
        make_service(
            org, name="Point conseil budget", summary="Conseil.", themes=["budget-support"],
            locations=[{**BETHUNE, "commune_code": commune, "lat": lat}],
        )  # fmt: skip
    service.rebuild_index(SYSTEM)
    html = page(client.get(search(client, "gestion du budget", "Béthune")))
    assert names(html) == ["Point conseil budget"]
    places = page(client.get(link(html, "2 autres lieux")))
    assert len(names(places)) == 3
    assert "en 3 lieux" in places
    assert "Ces fiches ne sont plus dans l’annuaire" in page(client.get("/recherche/lieux?s=not-an-id"))


def test_hidden_closed_and_confidential_stay_so(engine: EmbeddedEngine, client: FlaskClient) -> None:
    org = make_organization(name="Voix d’Aube")
    canary = {"address": "7 impasse du Canari", "postcode": "62400", **BETHUNE, "lat": 50.5123456, "lon": 2.6123456}
    shared = {"themes": ["food-aid"], "locations": [canary]}
    make_service(org, name="Refuge partenaires", address_visibility="partners", **shared)
    make_service(org, name="Refuge secret", address_visibility="never", **shared)
    make_service(org, name="Épicerie fermée", status="closed", **shared)
    make_service(org, name="Épicerie cachée", status="hidden", **shared)
    service.rebuild_index(SYSTEM)
    html = page(client.get(search(client, "aide alimentaire", "Béthune")))
    assert sorted(names(html)) == ["Refuge partenaires", "Refuge secret"]
    api = client.get("/api/v1/search?q=aide alimentaire&place=Béthune").text
    for told in (html, api):
        assert "Canari" not in told
        assert "50.512" not in told
        assert "fermée" not in told
        assert "cachée" not in told


def test_a_record_that_just_left_the_directory_is_not_shown(network: Organization, client: FlaskClient) -> None:
    address = search(client, STORY)
    before = names(page(client.get(address)))
    network = session().get(Organization, network.id)
    assert network is not None
    network.status = "suspended"
    db.session.commit()
    assert before
    assert names(page(client.get(address))) == []


def test_a_results_page_costs_a_fixed_number_of_statements(
    engine: EmbeddedEngine, client: FlaskClient, count_statements: StatementCounter
) -> None:
    org = make_organization()
    for number in range(25):
        make_service(org, name=f"Épicerie {number}", summary=f"Aide alimentaire {number}.", themes=["food-aid"])
    service.rebuild_index(SYSTEM)
    address = search(client, "aide alimentaire", "Béthune")
    page(client.get(address))
    with count_statements as counted:
        assert len(names(page(client.get(address)))) == 20
    assert len(counted.statements) == 1
    sign_in(client, make_user(org), org)
    counted.statements.clear()
    with counted:
        page(client.get(address))
    assert len(counted.statements) <= 6, counted.statements


class Broken:
    """An engine whose index is gone."""

    def __getattr__(self, name: str) -> object:
        raise OSError("the disk is away")


def test_without_engine_the_database_answers_and_the_page_says_so(network: Organization, client: FlaskClient) -> None:
    registry.use_engine(Broken())  # type: ignore[arg-type]
    html = page(client.get(search(client, STORY)))
    assert "Recherche réduite" in html
    assert sorted(names(html)) == ["Le café des aînés", "Visites de convivialité"]
    answer = client.get("/api/v1/search?q=aide alimentaire&place=Namur").get_json()
    assert answer["degraded"] is True
    assert [one["name"] for one in answer["results"]] == ["Colis alimentaires"]
    assert "Réduit" in page(client.get("/etat-du-service"))
    assert session().scalars(select(UnmetNeed)).all() == []


def test_home_tells_true_figures_and_leads_on(network: Organization, client: FlaskClient) -> None:
    html = page(client.get("/"))
    assert "4 services de 2 organisations, dont 1 avec des places annoncées." in html
    assert "4 fiches ont été vérifiées" in html
    assert 'href="tel:3919"' in html
    assert 'href="tel:101"' in page(client.get(link(html, "Belgique")))
    assert "Le café des aînés" in names(page(client.get(link(html, "Ne sort plus"))))
    assert "Quitter cette page" in page(client.get(link(html, "A peur chez elle")))


@pytest.mark.parametrize("address", ["/aide", "/accessibilite", "/vie-privee", "/etat-du-service"])
def test_pages_of_the_footer(engine: EmbeddedEngine, client: FlaskClient, address: str) -> None:
    html = page(client.get(address))
    assert html.count("<h1") == 1
    assert f'href="{address}"' in html
