"""Who is signed in and says no place is shown what is near their territory, and told so; homonyms are settled by it."""

import pytest
from flask.testing import FlaskClient

from factories.accounts import bearer, make_organization, make_user, sign_in
from factories.directory import BETHUNE, make_profile, make_service
from factories.results import link, names, page, search
from maillage.accounts.models import Organization, User
from maillage.directory import service
from maillage.kernel.actor import SYSTEM
from maillage_search.embedded import EmbeddedEngine

LYON = {"commune_code": "69123", "lat": 45.758, "lon": 4.835}
CHIP = "Près de votre territoire</span> Béthune (62)"
OFF = "Retirer : Près de votre territoire Béthune (62)"


@pytest.fixture
def bethune(engine: EmbeddedEngine) -> Organization:
    org = make_organization(name="Les Heures Douces")
    make_profile(org)
    for name, at in (("Épicerie de Lyon", LYON), ("Épicerie d’ici", BETHUNE)):
        make_service(org, name=name, themes=["food-aid"], summary=f"{name}.", areas=(), locations=[at])
    service.rebuild_index(SYSTEM)
    return org


@pytest.fixture
def referent(bethune: Organization) -> User:
    return make_user(bethune, roles=("referent",))


def test_near_results_come_first_and_a_chip_says_why(
    bethune: Organization, referent: User, client: FlaskClient
) -> None:
    assert CHIP not in page(client.get(search(client, "colis alimentaire")))
    sign_in(client, referent, bethune)
    html = page(client.get(search(client, "colis alimentaire")))
    assert CHIP in html
    assert names(html)[0] == "Épicerie d’ici"
    assert 'value="Béthune (62)"' not in html
    everywhere = page(client.get(link(html, OFF)))
    assert "Près de votre territoire" not in everywhere
    assert set(names(everywhere)) == {"Épicerie d’ici", "Épicerie de Lyon"}


def test_taken_off_it_stays_off_and_goes_on_otherwise(
    bethune: Organization, referent: User, client: FlaskClient
) -> None:
    sign_in(client, referent, bethune)
    near = search(client, "colis alimentaire")
    query = near.split("?")[1]
    again = search(client, "épicerie sociale", at=f"/recherche?{query}")
    assert "territoire=1" in again
    off = link(page(client.get(near)), OFF).split("?")[1]
    assert "place=" not in search(client, "épicerie sociale", at=f"/recherche?{off}")
    said = search(client, "épicerie sociale à Lyon")
    assert "commune%3A69123" in said
    assert "territoire" not in said
    assert "territoire" not in search(client, "épicerie sociale", "Lyon", at=f"/recherche?{query}")


def test_what_is_shared_names_the_place_and_not_whose_it_is(
    bethune: Organization, referent: User, client: FlaskClient
) -> None:
    sign_in(client, referent, bethune)
    html = page(client.get(search(client, "colis alimentaire")))
    shared = html.split("http://localhost/recherche?")[1].split('"')[0]
    assert "commune%3A62119" in shared
    assert "territoire" not in shared


def test_frequent_situations_are_near_too(bethune: Organization, referent: User, client: FlaskClient) -> None:
    sign_in(client, referent, bethune)
    html = page(client.get(link(page(client.get("/")), "N’arrive plus à remplir le frigo")))
    assert CHIP in html
    assert names(html)[0] == "Épicerie d’ici"


@pytest.mark.parametrize(
    ("commune_code", "expected"),
    [("93066", "93066"), ("97411", "97411"), ("62119", None)],
    ids=["beside one", "in another", "far from all"],
)
def test_homonyms_are_settled_by_the_territory_or_asked_about(
    engine: EmbeddedEngine, client: FlaskClient, commune_code: str, expected: str | None
) -> None:
    org = make_organization()
    make_profile(org, commune_code=commune_code)
    user = make_user(org)
    headers = bearer(user, org)
    by_words = client.get("/api/v1/search?q=logement à Saint-Denis", headers=headers).get_json()["understood"]
    by_field = client.get("/api/v1/search?q=logement&place=Saint-Denis", headers=headers).get_json()["understood"]
    sign_in(client, user, org)
    for html in (page(client.get(search(client, "logement", "Saint-Denis"))),
                 page(client.get(search(client, "logement à Saint-Denis")))):  # fmt: skip
        assert ("Quelle commune ?" in html) is (expected is None)
        assert ("Lieu</span> Saint-Denis" in html) is (expected is not None)
        assert "Près de votre territoire" not in html
    for understood in (by_words, by_field):
        assert (understood["place"] or {}).get("code") == expected
        assert (len(understood["ambiguous_places"]) > 1) is (expected is None)
