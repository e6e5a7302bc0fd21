"""The same answers as a map, narrowed by hours, counted by filter; on both databases."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from factories.accounts import make_organization
from factories.directory import BETHUNE, make_profile, make_service
from factories.results import names, page
from maillage.accounts.models import Organization
from maillage.directory import service
from maillage.directory.mapping import MARK_RADIUS, SIDE, Point, draw
from maillage.kernel import clock
from maillage.kernel.actor import SYSTEM
from maillage_search.embedded import EmbeddedEngine

SEARCH = "/recherche?t=food-aid.100&c=food-aid.100&place=commune%3A62119"
LENS = {"commune_code": "62498", "postcode": "62300", "lat": 50.4287, "lon": 2.8319}
WEDNESDAY_NOON = datetime(2026, 11, 18, 11, tzinfo=UTC)


@pytest.fixture
def network(engine: EmbeddedEngine) -> Iterator[Organization]:
    with clock.at(WEDNESDAY_NOON):
        org = make_organization(name="Les Heures Douces")
        make_profile(org)
        food = {"themes": ["food-aid"], "summary": "Des repas."}
        make_service(org, name="Repas du midi", locations=[{**BETHUNE, "opening_hours": "Mo-Fr 11:30-14:00"}], **food)
        make_service(org, name="Colis du soir", locations=[{**LENS, "opening_hours": "Mo-Fr 18:00-20:00"}],
                     modes=["a-domicile"], fee="gratuit", **food)  # fmt: skip
        make_service(org, name="Repas sans heures", locations=[{**LENS, "lat": 50.4288}], languages=["ar"], **food)
        make_service(org, name="Refuge discret", address_visibility="partners", modes=["a-domicile"],
                     locations=[{**LENS, "lat": 50.4123456, "address": "7 impasse du Canari"}], **food)  # fmt: skip
        make_service(org, name="Ligne sans lieu", locations=[], modes=["a-distance"], **food)
        service.rebuild_index(SYSTEM)
        yield org


def read(client: FlaskClient, address: str) -> str:
    return page(client.get(address))


def rows(html: str) -> list[list[str]]:
    """Number, service, commune and distance of each line of the table."""
    body = html[html.index("<tbody") : html.index("</tbody>")]
    cells = [re.findall(r"<t[hd] [^>]*>(.*?)</t[hd]>", row, re.S) for row in body.split("</tr>")[:-1]]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def badge(html: str, group: str, code: str) -> str:
    """The count beside a value; empty when the value is offered without one."""
    label = re.search(rf'name="{group}" value="{code}".*?</label>', html, re.S)
    assert label, f"{code} is not offered"
    return "".join(re.findall(r'choice-badge">(\d+)<', label[0]))


def test_the_map_holds_the_same_answers_in_the_same_order(network: Organization, client: FlaskClient) -> None:
    listed = names(read(client, SEARCH))
    html = read(client, f"{SEARCH}&vue=carte")
    assert len(listed) == 5
    assert [row[1].removesuffix(" Les Heures Douces") for row in rows(html)] == listed
    assert [row[0] for row in rows(html)] == ["1", "2", "3", "4", "5"]
    assert names(html) == []
    assert "style=" not in html[html.index('<svg class="map-drawing"') : html.index("</figure>")]


def test_a_confidential_place_is_drawn_hollow_in_the_middle_of_its_commune(
    network: Organization, client: FlaskClient
) -> None:
    html = read(client, f"{SEARCH}&vue=carte")
    row = next(row for row in rows(html) if "Refuge discret" in row[1])
    assert "position approximative" in row[2]
    assert "Canari" not in html
    assert "50.41" not in html
    assert "Position approximative : le centre de la commune" in html


def test_points_that_coincide_are_one_mark_that_leads_to_their_rows(network: Organization, client: FlaskClient) -> None:
    html = read(client, f"{SEARCH}&vue=carte")
    targets = re.findall(r'<a class="map-mark[^"]*" href="([^"]+)" aria-label="([^"]+)"', html)
    together = [href for href, title in targets if "services :" in title]
    assert together
    for href in together:
        assert f'id="{href.removeprefix("#")}"' in html
    alone = next(href for href, title in targets if "services :" not in title)
    assert client.get(alone).status_code == 200


def test_a_service_without_a_place_is_in_the_table_alone(network: Organization, client: FlaskClient) -> None:
    html = read(client, f"{SEARCH}&vue=carte")
    row = next(row for row in rows(html) if "Ligne sans lieu" in row[1])
    assert row[2:] == ["Lieu non précisé", "non calculée"]
    drawing = html[html.index('<svg class="map-drawing"') : html.index("</figure>")]
    assert "Ligne sans lieu" not in drawing


def test_chips_and_filters_keep_the_map(network: Organization, client: FlaskClient) -> None:
    html = read(client, f"{SEARCH}&vue=carte&fees=gratuit")
    chip = unescape(re.findall(r'href="([^"]+)"[^>]*>(?:(?!</a>).)*Gratuit', html, re.S)[-1])
    assert "vue=carte" in chip
    assert '<input type="hidden" name="vue" value="carte">' in html


def test_a_map_of_two_countries_stays_small(engine: EmbeddedEngine, client: FlaskClient) -> None:
    org = make_organization()
    for number, (lat, lon) in enumerate(((48.4, -4.5), (43.3, 5.4), (50.6, 5.6), (42.7, 2.9), (48.6, 7.7))):
        make_service(org, name=f"Épicerie {number}", themes=["food-aid"], areas=(),
                     locations=[{**BETHUNE, "lat": lat, "lon": lon}])  # fmt: skip
    service.rebuild_index(SYSTEM)
    answer = client.get("/recherche?t=food-aid.100&c=food-aid.100&vue=carte")
    assert answer.text.count("<path d=") > 80
    assert len(answer.data) < 80_000
    drawing = answer.text[answer.text.index('<svg class="map-drawing"') :]
    assert len(drawing[: drawing.index("</svg>")]) < 60_000


def test_open_now_reads_the_hours_and_says_how_many_it_knew(network: Organization, client: FlaskClient) -> None:
    html = read(client, f"{SEARCH}&ouvert=now")
    assert names(html) == ["Repas du midi"]
    assert "1 service ouvert<" in html
    assert "Horaires connus seulement : 2 des 5 fiches lues disent les leurs." in html
    assert not re.search(r'choice-badge">\d', html)  # no index counts what is open
    week = read(client, f"{SEARCH}&ouvert=week")
    assert sorted(names(week)) == ["Colis du soir", "Repas du midi"]
    with clock.at(datetime(2026, 11, 18, 2, tzinfo=UTC)):
        night = read(client, f"{SEARCH}&ouvert=now")
    assert names(night) == []
    assert "Retirer les filtres" in night


def test_open_now_reads_every_place_and_stop(engine: EmbeddedEngine, client: FlaskClient) -> None:
    org, food = make_organization(), {"themes": ["food-aid"], "summary": "Des repas."}
    closed, open_at_noon = {"opening_hours": "Mo-Fr 18:00-20:00"}, {"opening_hours": "Mo-Fr 11:00-14:00"}
    halt = {"place": "Place du marché", "commune_code": "62498", **open_at_noon}
    with clock.at(WEDNESDAY_NOON):
        make_service(org, name="Ici", locations=[{**BETHUNE, **open_at_noon}, {**LENS, **closed}], **food)
        make_service(org, name="Ailleurs", locations=[{**BETHUNE, **closed}, {**LENS, **open_at_noon}], **food)
        make_service(org, name="Le camion", locations=[{**LENS, "kind": "itinerant", "stops": [halt]}], **food)
        make_service(org, name="Nulle part", locations=[{**BETHUNE, **closed}, {**LENS, **closed}], **food)
        make_service(org, name="On ne dit pas où", address_visibility="never", locations=[{**BETHUNE, **open_at_noon}],
                     **food)  # fmt: skip
        service.rebuild_index(SYSTEM)
        html = read(client, f"{SEARCH}&ouvert=now")
        over_api = client.get("/api/v1/search?themes=food-aid&open=now").get_json()
    assert set(names(html)) == {"Ici", "Ailleurs", "Le camion"}
    assert {one["name"] for one in over_api["results"]} == set(names(html))
    assert html.count("ouvert maintenant, dans un autre de ses lieux") == 2
    assert "4 des 5 fiches lues disent les leurs" in html


def test_open_answers_follow_one_another(engine: EmbeddedEngine, client: FlaskClient) -> None:
    org = make_organization()
    with clock.at(WEDNESDAY_NOON):
        for number in range(50):
            hours = "Mo-Su 08:00-20:00" if number % 2 else "Mo-Su 22:00-23:00"
            make_service(org, name=f"Épicerie {number}", summary=f"Aide {number}.", themes=["food-aid"],
                         locations=[{**BETHUNE, "opening_hours": hours}])  # fmt: skip
        service.rebuild_index(SYSTEM)
        found = client.get("/api/v1/search?themes=food-aid&open=now&limit=20").get_json()
        rest = client.get(f"/api/v1/search?themes=food-aid&open=now&limit=20&cursor={found['next']}").get_json()
    seen = [one["name"] for answer in (found, rest) for one in answer["results"]]
    assert sorted(seen) == sorted(f"Épicerie {number}" for number in range(1, 50, 2))
    assert (found["total"], found["total_is_capped"]) == (20, True)
    assert (rest["total_is_capped"], rest["next"]) == (False, None)
    assert client.get("/api/v1/search?open=tomorrow").status_code == 422


def test_other_values_of_a_chosen_group_keep_their_counts(network: Organization, client: FlaskClient) -> None:
    before = read(client, SEARCH)
    assert (badge(before, "modes", "a-domicile"), badge(before, "modes", "en-presentiel")) == ("2", "2")
    chosen = read(client, f"{SEARCH}&modes=a-domicile")
    assert (badge(chosen, "modes", "a-domicile"), badge(chosen, "modes", "en-presentiel")) == ("2", "2")
    assert badge(chosen, "fees", "gratuit") == "1"
    both = read(client, f"{SEARCH}&modes=a-domicile&modes=en-presentiel")
    assert len(names(both)) == 4
    api = client.get("/api/v1/search?themes=food-aid&modes=a-domicile").get_json()
    assert {one["code"]: one["count"] for one in api["facets"]["modes"]} == {
        "a-domicile": 2,
        "en-presentiel": 2,
        "a-distance": 1,
    }


def test_a_third_group_shows_no_count_that_would_mislead(network: Organization, client: FlaskClient) -> None:
    html = read(client, f"{SEARCH}&themes=food-aid&publics=seniors&modes=a-domicile")
    assert badge(html, "themes", "food-aid")
    assert badge(html, "publics", "seniors")
    assert badge(html, "modes", "a-domicile") == ""


def test_a_very_name_leads_to_its_page(network: Organization, client: FlaskClient) -> None:
    with clock.at(datetime(2026, 11, 18, 12, tzinfo=UTC)):
        html = read(client, client.post("/recherche", data={"q": "colis du soir"}).headers["Location"])
        assert "Voulez-vous la fiche de Colis du soir ?" in html
        assert "Ouvrir la fiche du service Colis du soir (Les Heures Douces)" in html
        assert "Voulez-vous" not in read(client, client.post("/recherche", data={"q": "colis"}).headers["Location"])
    for damaged in ("fiche=service:x", "fiche=theme:1", "fiche=", "fiche=organization:%00"):
        assert "Voulez-vous" not in read(client, f"{SEARCH}&{damaged}")


@given(st.lists(st.tuples(st.floats(-60, 60), st.floats(-170, 170)), min_size=1, max_size=20))
def test_every_point_is_inside_the_drawing_once_and_in_order(spots: list[tuple[float, float]]) -> None:
    drawing = draw([Point(n, lat, lon, False) for n, (lat, lon) in enumerate(spots, 1)], spots[0])
    assert drawing is not None
    for mark in drawing.marks:
        assert MARK_RADIUS <= mark.x <= SIDE - MARK_RADIUS
        assert MARK_RADIUS <= mark.y <= SIDE - MARK_RADIUS
    assert sorted(point.number for mark in drawing.marks for point in mark.points) == list(range(1, len(spots) + 1))
    firsts = [mark.points[0].number for mark in drawing.marks]
    assert firsts == sorted(firsts)


def test_nothing_to_place_is_no_map() -> None:
    assert draw([], (50.5, 2.6)) is None
