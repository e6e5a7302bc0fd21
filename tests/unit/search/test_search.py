from collections.abc import Callable
from dataclasses import replace

import pytest

from maillage_search.embedded import EmbeddedEngine
from maillage_search.places import load_places
from maillage_search.port import Filters, SearchPage, SearchRequest, Understood
from maillage_search.search import search
from maillage_search.understanding import to_params, understand

from .conftest import BETHUNE, LENS, NAMUR, TODAY, service

Ask = Callable[..., SearchPage]
PARIS = (48.8566, 2.3522)
AMIENS = (49.8942, 2.2957)


def ids(page: SearchPage) -> list[str]:
    return [hit.id for hit in page.hits]


def test_nearest_first_among_services_that_fit_alike(engine: EmbeddedEngine, ask: Ask) -> None:
    engine.index(
        [
            service(1, "Consultation en addictologie de Lens", themes=("addiction",), at=LENS),
            service(2, "Consultation en addictologie", themes=("addiction",), at=BETHUNE),
            service(3, "Épicerie solidaire", themes=("food-aid",), at=BETHUNE),
            service(4, "Consultation en addictologie de Paris", themes=("addiction",), at=PARIS),
        ]
    )
    page = ask("problème d’alcool, Béthune")
    assert ids(page)[:2] == ["s2", "s1"]
    assert page.hits[0].distance_km is not None
    assert page.hits[0].distance_km < 5
    assert "traite les addictions" in page.hits[0].reasons


def test_the_name_typed_comes_first_whatever_its_theme(engine: EmbeddedEngine, ask: Ask) -> None:
    engine.index(
        [
            service(1, "Visites à domicile pour personnes âgées isolées", themes=("elderly-isolation",)),
            service(2, "Les Petits Frères des Pauvres", organization="Les Petits Frères des Pauvres"),
            service(3, "Accueil", organization="Maison Zéphyr", acronyms=("MZX",), phone="0321000001"),
        ]
    )
    for query in ("Les Petits Frères des Pauvres", "petits freres des pauvres", "petits frères des pauvers"):
        assert ids(ask(query))[0] == "s2", query
    assert ids(ask("maison zephyr"))[0] == "s3"
    assert ids(ask("MZX"))[0] == "s3"
    assert ids(ask("03 21 00 00 01")) == ["s3"]
    assert "correspond au nom cherché" in ask("maison zephyr").hits[0].reasons


def test_a_kind_of_service_and_a_commune_name_those_who_are_called_so_there(engine: EmbeddedEngine, ask: Ask) -> None:
    engine.index(
        [
            service(1, "EHPAD Les Cèdres, résidence et accueil de jour", commune="Lens", at=LENS),
            service(2, "EHPAD de la Gare", commune="Namur", country="BE", at=NAMUR),
            service(3, "Hébergement pour personnes âgées", themes=("care-homes",), commune="Lens", at=LENS),
        ]
    )
    assert ids(ask("EHPAD Lens"))[0] == "s1"
    assert ids(ask("ehpad lens"))[0] == "s1"
    assert "correspond au nom cherché" not in ask("EHPAD").hits[0].reasons


def test_a_number_goes_in_an_address_only_when_the_directory_publishes_it(engine: EmbeddedEngine) -> None:
    engine.index([service(1, "Accueil", phone="0321000001")])
    assert ("phone", "0321000001") in to_params(understand("03 21 00 00 01", directory=engine))
    for typed in ("06 12 34 56 78", "rappeler au +33 6 12 34 56 78", "0612345678 impayés"):
        written = " ".join(value for _, value in to_params(understand(typed, directory=engine)))
        assert "12" not in written
        assert "345678" not in written


def test_identical_offers_take_one_line(engine: EmbeddedEngine, ask: Ask) -> None:
    engine.index(
        [
            service(n, "Aide alimentaire", summary="Colis le mardi", themes=("food-aid",), at=at)
            for n, at in ((1, LENS), (2, BETHUNE), (3, PARIS))
        ]
    )
    page = ask("colis alimentaire Béthune", radius_km=600)
    assert ids(page) == ["s2"]
    assert page.hits[0].grouped_count == 3
    assert page.hits[0].grouped_ids[0] == "s1"


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"capacity": "free", "capacity_on": TODAY}, {"capacity": "full", "capacity_on": TODAY}),
        ({"verified_on": TODAY}, {"verified_on": TODAY.replace(year=2020)}),
        ({"answer_median_days": 1.0, "answer_sample": 9}, {"answer_median_days": 30.0, "answer_sample": 9}),
        ({"partner_orgs": ("org-1",)}, {}),
        ({"publics": ("seniors",)}, {"publics": ("young-people",)}),
    ],
)
def test_what_tells_two_like_services_apart(
    engine: EmbeddedEngine, ask: Ask, better: dict[str, object], worse: dict[str, object]
) -> None:
    for first, second in ((better, worse), (worse, better)):
        engine.rebuild(
            [
                service(1, "Portage de repas un", themes=("home-help",), at=BETHUNE, **first),
                service(2, "Portage de repas deux", themes=("home-help",), at=BETHUNE, **second),
            ]
        )
        best = "s1" if first is better else "s2"
        assert ids(ask("portage de repas seniors Béthune", organization_id="org-1"))[0] == best


def test_reasons_say_only_what_is_true_today(engine: EmbeddedEngine, ask: Ask) -> None:
    told = {
        "capacity": "free",
        "capacity_on": TODAY,
        "answer_median_days": 2.0,
        "answer_sample": 5,
        "partner_orgs": ("org-1",),
        "open_to": "tenants",
        "areas": ("departement:62",),
    }
    stale = told | {
        "capacity_on": TODAY.replace(year=2025),
        "answer_sample": 4,
        "partner_orgs": ("org-2",),
        "open_to": "all",
        "areas": ("departement:75",),
    }
    engine.index(
        [
            service(1, "Aide ménagère un", themes=("home-help",), at=LENS, **told),
            service(2, "Aide ménagère deux", themes=("home-help",), at=LENS, **stale),
        ]
    )
    page = ask("aide ménagère Béthune", organization_id="org-1")
    reasons = {hit.id: hit.reasons for hit in page.hits}
    assert reasons["s1"] == (
        "traite l’aide à domicile",
        "à 18\u00a0km",
        "intervient à Béthune",
        "répond en 2\u00a0jours",
        "places disponibles",
        "convention avec votre organisation",
        "réservé aux locataires",
    )
    assert reasons["s2"] == ("traite l’aide à domicile", "à 18\u00a0km")


def test_an_approximate_place_never_tells_the_street(engine: EmbeddedEngine, ask: Ask) -> None:
    engine.index([service(1, "Refuge", themes=("violence-shelter",), at=BETHUNE, approximate=True)])
    hit = ask("femme battue Béthune").hits[0]
    assert not any("moins de 1" in reason for reason in hit.reasons)
    assert hit.distance_km is None or round(hit.distance_km, 1) == hit.distance_km


def test_a_service_that_covers_the_place_is_found_however_far_its_office(engine: EmbeddedEngine, ask: Ask) -> None:
    engine.index(
        [
            service(1, "Équipe mobile", themes=("mental-health",), at=PARIS, areas=("departement:62",)),
            service(2, "Équipe mobile", themes=("mental-health",), at=PARIS),
        ]
    )
    page = ask("santé mentale Béthune", limit=1)
    assert ids(page) == ["s1"]
    assert "intervient à Béthune" in page.hits[0].reasons


def test_thin_pages_are_widened_and_say_so(engine: EmbeddedEngine, ask: Ask) -> None:
    engine.index(
        [
            service(1, "Permanence", themes=("over-indebtedness",), at=AMIENS),
            service(2, "Rencontres", themes=("legal-protection",), at=BETHUNE),
            service(3, "CCAS", category="ccas", at=BETHUNE),
        ]
    )
    page = ask("surendettement Béthune")
    assert ids(page) == ["s1", "s2", "s3"]
    assert [hit.widening for hit in page.hits] == ["radius", "theme", "first-line"]
    assert [step.kind for step in page.widened] == ["radius", "theme", "first-line"]
    assert all(step.words.endswith(".") for step in page.widened)


def test_what_a_widening_brought_goes_on_from_page_to_page(engine: EmbeddedEngine, ask: Ask) -> None:
    engine.index(
        [
            service(1, "Permanence", themes=("over-indebtedness",), at=BETHUNE),
            *(service(n, f"Conseil {n}", themes=("over-indebtedness",), at=AMIENS) for n in range(2, 9)),
        ]
    )
    whole = ids(ask("surendettement Béthune"))
    cursor, seen = None, []
    for _ in range(3):
        found = ask("surendettement Béthune", limit=3, cursor=cursor)
        assert found.total == 1
        assert [hit.widening for hit in found.hits if hit.id != "s1"] == ["radius"] * (len(found.hits) - (not seen))
        seen += ids(found)
        cursor = found.next_cursor
    assert cursor is None
    assert seen == whole
    assert len(whole) == 8


def test_names_that_share_a_word_far_away_do_not_fill_the_page(engine: EmbeddedEngine, ask: Ask) -> None:
    engine.index(
        [
            *(service(n, f"Relais budget {n}", at=PARIS, partner_orgs=("org-1",)) for n in range(1, 6)),
            service(9, "CCAS", category="ccas", at=BETHUNE),
        ]
    )
    assert ids(ask("tenir son budget Béthune", organization_id="org-1")) == ["s9"]


def test_without_a_place_ones_own_country_and_territory_come_first(engine: EmbeddedEngine, ask: Ask) -> None:
    engine.index(
        [
            service(1, "Repas bleu", themes=("food-aid",), at=BETHUNE),
            service(2, "Repas vert", themes=("food-aid",), country="BE", at=NAMUR),
            service(3, "Repas noir", themes=("food-aid",), at=PARIS),
        ]
    )
    assert ids(ask("colis alimentaire", country="BE"))[0] == "s2"
    assert ids(ask("colis alimentaire", country="FR", near=BETHUNE)) == ["s1", "s3", "s2"]
    assert ids(ask("colis alimentaire", country="FR", near=PARIS)) == ["s3", "s1", "s2"]


def test_nothing_known_still_leads_to_a_desk(engine: EmbeddedEngine, ask: Ask) -> None:
    engine.index([service(1, "CPAS de Namur", category="cpas", country="BE", at=(50.4669, 4.8675))])
    page = ask("xyzzy plugh", country="BE")
    assert ids(page) == ["s1"]
    assert page.hits[0].widening == "first-line"


def test_a_chosen_radius_is_kept(engine: EmbeddedEngine, ask: Ask) -> None:
    engine.index(
        [service(n, f"Cure {n}", themes=("alcohol",), at=at) for n, at in enumerate((BETHUNE, LENS, AMIENS), 1)]
    )
    page = ask("alcoolisme Béthune", radius_km=20.0)
    assert [hit.id for hit in page.hits if hit.widening is None] == ["s1", "s2"]


def test_pages_follow_each_other_without_loss_or_repeat(engine: EmbeddedEngine, ask: Ask) -> None:
    engine.index([service(n, f"Épicerie {n}", themes=("food-aid",)) for n in range(1, 26)])
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        page = ask("épicerie sociale", limit=10, cursor=cursor)
        seen += ids(page)
        cursor = page.next_cursor
    assert cursor is None
    assert len(seen) == len(set(seen)) == 25
    assert ids(ask("épicerie sociale", limit=25)) == seen, "ties are settled the same way each time"


@pytest.mark.parametrize("cursor", ["-1", "abc", "9" * 30, "", "٣"])
def test_a_bad_cursor_is_no_error(engine: EmbeddedEngine, ask: Ask, cursor: str) -> None:
    engine.index([service(1, "Épicerie", themes=("food-aid",))])
    ask("épicerie", cursor=cursor)


def test_place_and_filters_alone_are_a_search(engine: EmbeddedEngine) -> None:
    engine.index([service(1, "A", themes=("food-aid",), at=BETHUNE), service(2, "B", themes=("energy",), at=BETHUNE)])
    place = load_places().get("commune", "62119")
    request = SearchRequest(on=TODAY, place=place, filters=Filters(themes=("food-aid",)))
    assert ids(search(engine, Understood(), request)) == ["s1"]
    assert len(search(engine, Understood(), replace(request, filters=Filters())).hits) == 2


def test_hits_tell_themes_in_both_vocabularies(engine: EmbeddedEngine, ask: Ask) -> None:
    engine.index([service(1, "Cure", themes=("addiction",), data_inclusion=("sante--addictions",), publics=("women",))])
    hit = ask("addiction").hits[0]
    assert hit.themes == ("addiction",)
    assert "sante--addictions" in hit.data_inclusion
    assert not any(code.startswith("public:") for code in hit.data_inclusion)


@pytest.mark.parametrize("text", ["", "le la de", "🙂", "a" * 100_000, "\x00", '"*:() OR', "' ; DROP TABLE"])
def test_odd_queries_give_a_page(engine: EmbeddedEngine, ask: Ask, text: str) -> None:
    engine.index([service(1, "Épicerie", themes=("food-aid",))])
    assert isinstance(ask(text), SearchPage)
