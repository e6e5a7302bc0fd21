import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage_search.geo import haversine_km
from maillage_search.place_data import Place
from maillage_search.places import PlaceMatch, load_places
from maillage_search.text import fold

places = load_places()
BETHUNE = (50.53, 2.64)
NAMUR = (50.4669, 4.8675)


def find(text: str, country: str | None = None, near: tuple[float, float] | None = None) -> PlaceMatch | None:
    """As the search box does: folded words, and which of them were capitalised or came after a comma."""
    found = [(m.group(), text[: m.start()].rstrip()) for m in re.finditer(r"[^\W_]+", text)]
    marks = [word[0].isupper() or before.endswith(",") for word, before in found]
    return places.find_in([fold(word) for word, _ in found], country, near, marks)


def told(match: PlaceMatch | None) -> str | None:
    if match is None:
        return None
    return f"{match.place.kind} {match.place.code}" if match.place else "ambiguous"


def commune(code: str) -> Place:
    place = places.get("commune", code)
    assert place
    return place


FOUND = [
    ("dame de 82 ans qui ne sort plus, Vierzon", "commune 18279"),
    ("dame de 82 ans qui ne sort plus vierzon", "commune 18279"),
    ("famille hébergée près d'Arras", "commune 62041"),
    ("recherche colis alimentaire au Havre", "commune 76351"),
    ("jeune sans logement à La Rochelle", "commune 17300"),
    ("impayés de loyer st omer", "commune 62765"),
    ("aide au ménage Hénin-Beaumont", "commune 62427"),
    ("hébergement d'urgence villeneuve d'ascq", "commune 59009"),
    ("étudiante qui saute des repas, Tours", "commune 37261"),
    ("colis alimentaire paris 18e", "commune 75118"),
    ("permanence 62400 Béthune", "commune 62119"),
    ("permanence Béthune 62400", "commune 62119"),
    ("aide alimentaire près de 62300", "postcode 62300"),
    ("expulsion lens 62", "commune 62498"),
    ("logement saint denis 93", "commune 93066"),
    ("Béthune dans le Pas-de-Calais", "commune 62119"),
    ("SSIAD pas-de-calais", "departement 62"),
    ("médiation numérique dans le 72", "departement 72"),
    ("associations du département 62", "departement 62"),
    ("isolement dans la Somme", "departement 80"),
    ("épicerie solidaire Val-d'Oise", "departement 95"),
    ("garage solidaire Hauts-de-France", "region 32"),
    ("transport agglo de Béthune", "epci 200072460"),
    ("communauté de communes du Pays de Bray", "epci 246000913"),
    ("réapprendre à lire, Aisne", "departement 02"),
    ("conseiller à Vienne", "commune 38544"),
    ("conseiller dans la Vienne", "departement 86"),
    ("crèche à Bellegarde-sur-Valserine", "commune 01033"),
    ("dispositif du Puy-de-Dôme", "departement 63"),
    ("planning familial Seraing", "commune BE-62096"),
    ("maison d'accueil femmes Liège", "commune BE-62063"),
    ("médiation de dettes province de Namur", "province BE-WNA"),
    ("5000 Namur", "commune BE-92094"),
    ("dettes, Jambes", "commune BE-92094"),
    ("expulsion, Châlons", "commune 51108"),
    ("hulp bij schulden Antwerpen", "commune BE-11002"),
    ("aidants Brabant wallon", "province BE-WBR"),
    ("logement social en Wallonie", "region BE-WAL"),
    ("habite à Ans", "commune BE-62003"),
]

NOTHING = [
    "dame âgée qui ne sort plus de chez elle",
    "père alzheimer la fille est épuisée",
    "demande d'aide pour la fille de 15 ans",
    "1500 euros de dette de loyer",
    "dette de 62000",
    "loyer impayé depuis 2019",
    "homme de 82 ans sans ressources",
    "problème de vue et de poids",
    "une somme d'argent trop cher",
    "réunion de la cellule dans le nouveau local",
    "plus un euro, on saute des repas",
    "elle emmène les jumeaux à un entretien",
    "boulot dans les vignes et les vergers",
    "apprendre à lire et à conduire",
    "prise en charge au sens large",
    "arrivée en France sans papiers",
    "impayers de loyers",
    "vestiaire Croix-Rouge",
    "enfant qui joue au salon et lit des romans",
    "",
    "de la",
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_the_place_named_in_a_sentence_is_found(text: str, expected: str) -> None:
    assert told(find(text)) == expected


@pytest.mark.parametrize("text", NOTHING)
def test_ordinary_words_and_numbers_are_no_places(text: str) -> None:
    assert told(find(text)) is None


@pytest.mark.parametrize("text", ["près de Vierzon", "autour de Vierzon", "secteur de Vierzon", "vers Vierzon"])
def test_nearness_is_heard(text: str) -> None:
    match = find(text)
    assert match
    assert match.near
    assert match.span == (0, len(text.split()))


def test_the_span_covers_the_place_and_nothing_else() -> None:
    match = places.find_in("impayes de loyer a bethune pas de calais avec trois enfants".split())
    assert match
    assert match.span == (3, 8)


def test_hyphens_and_apostrophes_may_still_be_in_the_words() -> None:
    match = places.find_in(["ssiad", "hénin-beaumont"])
    assert told(match) == "commune 62427"
    assert match
    assert match.span == (1, 2)


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("abri de nuit 4000", "BE", "postcode 4000"),
        ("abri de nuit 4000", "FR", None),
        ("dette de 4000", "BE", None),
        ("arrivé en 2019", "BE", None),
        ("2000 Antwerpen", "BE", "commune BE-11002"),
    ],
)
def test_belgian_postcodes_only_where_plausible(text: str, country: str, expected: str | None) -> None:
    assert told(find(text, country)) == expected


@pytest.mark.parametrize(
    ("country", "near", "expected"),
    [
        ("FR", None, "commune 62498"),
        ("BE", None, "commune BE-53046"),
        (None, BETHUNE, "commune 62498"),
    ],
)
def test_homonyms_are_settled_by_country_then_nearness(
    country: str | None, near: tuple[float, float] | None, expected: str
) -> None:
    assert told(find("expulsion Lens", country, near)) == expected


def test_homonyms_of_one_size_stay_open_and_are_offered_in_order() -> None:
    match = find("logement à Saint-Denis", "FR")
    assert match
    assert match.place is None
    populations = [place.population for place in match.alternatives]
    assert populations == sorted(populations, reverse=True)
    assert {place.name for place in match.alternatives} == {"Saint-Denis"}
    assert told(find("logement à Saint-Denis", "FR", (48.9, 2.4))) == "commune 93066"


def test_a_short_name_offers_the_towns_that_are_called_so() -> None:
    match = find("expulsé de son logement à Aix", "FR")
    assert match
    assert match.place is None
    assert [place.name for place in match.alternatives[:2]] == ["Aix-en-Provence", "Aix-les-Bains"]
    assert told(find("réfugié à Boulogne", "FR", (50.7, 1.7))) == "commune 62160"


FIELDS = [
    ("Béthune", "commune 62119"),
    ("BETHUNE", "commune 62119"),
    ("62400", "postcode 62400"),
    ("62400 Béthune", "commune 62119"),
    ("Béthune (62)", "commune 62119"),
    ("Béthune Cedex", "commune 62119"),
    ("Hénin-Beaumont, Pas-de-Calais", "commune 62427"),
    ("Havre", "commune 76351"),
    ("62", "departement 62"),
    ("Loire", "departement 42"),
    ("nord", "departement 59"),
    ("Namur", "commune BE-92094"),
    ("5000 Namur", "commune BE-92094"),
    ("Province de Namur", "province BE-WNA"),
    ("Liège", "commune BE-62063"),
    ("Luik", "commune BE-62063"),
    ("Namen", "commune BE-92094"),
    ("Bruxelles", "commune BE-21004"),
    ("1000", "postcode 1000"),
    ("Bethunne", "commune 62119"),
    ("62400 Bétune", "commune 62119"),
    ("Charlerois", "commune BE-52011"),
    ("Métropole Européenne de Lille", "epci 200093201"),
    ("Béthune, avec ses trois enfants", None),
    ("Lnes", None),
    ("azertyuiop", None),
    ("99999", None),
    ("  ", None),
]


@pytest.mark.parametrize(("text", "expected"), FIELDS)
def test_a_field_that_holds_only_a_place(text: str, expected: str | None) -> None:
    assert told(places.parse(text)) == expected


@pytest.mark.parametrize(
    ("kind", "code", "tokens"),
    [
        ("commune", "62119", ["commune:62119", "epci:200072460", "departement:62", "region:32", "country:FR"]),
        ("commune", "BE-92094", ["commune:BE-92094", "province:BE-WNA", "region:BE-WAL", "country:BE"]),
        ("commune", "BE-21015", ["commune:BE-21015", "region:BE-BRU", "country:BE"]),
        (
            "commune",
            "69383",
            ["commune:69383", "commune:69123", "epci:200046977", "departement:69", "region:84", "country:FR"],
        ),
        ("postcode", "62400", ["epci:200072460", "departement:62", "region:32", "country:FR"]),
        ("postcode", "5000", ["commune:BE-92094", "province:BE-WNA", "region:BE-WAL", "country:BE"]),
        ("departement", "62", ["departement:62", "region:32", "country:FR"]),
        ("province", "BE-WNA", ["province:BE-WNA", "region:BE-WAL", "country:BE"]),
        ("country", "BE", ["country:BE"]),
    ],
)
def test_the_areas_that_hold_a_place(kind: str, code: str, tokens: list[str]) -> None:
    place = places.get(kind, code)  # type: ignore[arg-type]
    assert place
    assert places.area_tokens(place) == tokens


def test_a_service_for_an_area_takes_who_lives_in_it() -> None:
    assert places.contains("epci:200072460", commune("62119"))
    assert places.contains("commune:75056", commune("75118"))
    assert not places.contains("departement:59", commune("62119"))
    assert not places.contains("commune:75118", commune("75056"))


def test_french_and_belgian_codes_do_not_meet() -> None:
    assert commune("62119").name == "Béthune"
    assert commune("BE-62119").name == "Blegny"


def test_a_merged_commune_is_its_present_one() -> None:
    assert commune("01091").code == "01033"
    assert told(places.parse("Châtillon-en-Michaille")) == "commune 01033"


def test_postcodes_give_their_communes() -> None:
    names = [place.name for place in places.by_postcode("62300")]
    assert names[0] == "Lens"
    assert [place.code for place in places.by_postcode("75018")] == ["75118"]
    assert places.by_postcode("5000", "FR") == []
    assert places.by_postcode("00000") == []


@pytest.mark.parametrize(
    ("prefix", "country", "first"),
    [
        ("bét", "FR", "Béthune"),
        ("62", "FR", "Pas-de-Calais"),
        ("6240", "FR", "62400"),
        ("le ha", None, "Le Havre"),
        ("lens", "BE", "Lens"),
        ("saint", "FR", "Saint-Étienne"),
        ("nam", "BE", "Namur"),
    ],
)
def test_suggestions_while_typing(prefix: str, country: str | None, first: str) -> None:
    found = places.suggest(prefix, country, limit=5)
    assert found[0].name == first
    assert len(found) <= 5
    assert country is None or {place.country for place in found} == {country}


def test_no_suggestion_for_nothing() -> None:
    assert places.suggest("") == []
    assert places.suggest("zzzz") == []


@pytest.mark.parametrize(
    ("code", "point"), [("62119", BETHUNE), ("BE-92094", NAMUR), ("75056", (48.86, 2.34)), ("97411", (-20.9, 55.45))]
)
def test_coordinates_are_where_people_live(code: str, point: tuple[float, float]) -> None:
    assert haversine_km(commune(code).lat, commune(code).lon, *point) < 6


VOCABULARY = "a de la le les du au dans pres vers saint denis lens 62 62400 5000 1500 euros departement agglo".split()


@given(st.lists(st.one_of(st.sampled_from(VOCABULARY), st.text(max_size=8)), max_size=25), st.data())
def test_no_sentence_breaks_it(words: list[str], data: st.DataObject) -> None:
    marks = data.draw(st.one_of(st.none(), st.lists(st.booleans(), max_size=25)))
    country = data.draw(st.sampled_from([None, "FR", "BE"]))
    match = places.find_in(words, country, data.draw(st.sampled_from([None, BETHUNE])), marks)
    if match:
        assert 0 <= match.span[0] < match.span[1] <= len(words)
        assert match.place or match.alternatives


@given(st.text(max_size=30))
@settings(max_examples=50)
def test_no_field_breaks_it(text: str) -> None:
    places.parse(text)
    places.suggest(text[:3])


def test_a_query_is_read_in_less_than_a_tenth_of_a_millisecond() -> None:
    queries = [fold(text).replace("'", " ").split() for text, _ in FOUND] + [fold(text).split() for text in NOTHING]
    best = []
    for query in queries:
        runs = []
        for _ in range(5):
            start = time.perf_counter()
            places.find_in(query)
            runs.append(time.perf_counter() - start)
        best.append(min(runs))
    assert sorted(best)[int(len(best) * 0.95)] < 0.0001


def test_a_text_without_end_is_no_place_and_is_said_so_at_once() -> None:
    """Each letter more makes fifty words to look up, each as long as the text: that took minutes."""
    start = time.perf_counter()
    assert places.parse("xyzzy" * 20_000) is None
    assert time.perf_counter() - start < 5
