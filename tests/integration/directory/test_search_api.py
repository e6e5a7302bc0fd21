"""The open JSON API of search: its promised names, its document, and what it refuses."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from factories.accounts import bearer, make_organization, make_user
from factories.directory import make_profile, make_service
from maillage.directory import service
from maillage.kernel.actor import SYSTEM
from maillage_search.embedded import EmbeddedEngine

PROMISED = {"understood", "total", "total_is_capped", "facets", "results", "next"}
PROMISED_OF_A_RESULT = {
    "id", "name", "organization", "themes", "own_themes", "distance_km", "location", "capacity", "verified_on",
    "reasons", "grouped_count", "source",
}  # fmt: skip


@pytest.fixture
def directory(app: Flask, engine: EmbeddedEngine) -> None:
    org = make_organization(name="Les Heures Douces")
    make_profile(org)
    make_service(org, name="Visites de convivialité", capacity="free", source_name="data-inclusion", source_id="a--1")
    make_service(org, name="Épicerie solidaire", themes=["food-aid"], modes=["en-presentiel"])
    make_service(org, name="Permanence en ligne", themes=["food-aid"], modes=["a-distance"], locations=[])
    service.rebuild_index(SYSTEM)


def valid(client: FlaskClient, body: Any, model: str) -> None:
    document = client.get("/api/openapi.json").get_json()
    schema = {"$ref": f"#/components/schemas/{model}", "components": document["components"]}
    Draft202012Validator(schema).validate(body)


def test_the_answer_is_what_was_promised(directory: None, client: FlaskClient) -> None:
    found = client.get("/api/v1/search", query_string={"q": "dame de 82 ans qui ne sort plus, Béthune"}).get_json()
    valid(client, found, "SearchOut")
    assert set(found) >= PROMISED
    understood = found["understood"]
    assert understood["themes"][0]["code"] == "elderly-isolation"
    assert set(understood["themes"][0]) == {"code", "data_inclusion", "weight", "because"}
    assert understood["place"]["code"] == "62119"
    assert understood["publics"] == ["seniors", "women"]
    assert understood["urgent"] is None
    first = found["results"][0]
    assert set(first) >= PROMISED_OF_A_RESULT
    assert first["name"] == "Visites de convivialité"
    assert first["organization"] == "Les Heures Douces"
    assert first["themes"] == ["remobilisation--lien-social"]
    assert first["own_themes"] == ["elderly-isolation"]
    assert first["distance_km"] < 1
    assert first["location"] == {"lat": 50.5303, "lon": 2.6403, "approximate": False}
    assert first["capacity"] == "free"
    assert first["grouped_count"] == 1
    assert first["source"] == {"name": "data-inclusion", "id": "a--1"}
    assert any(reason.startswith("traite") for reason in first["reasons"])


def test_post_says_the_same_as_get(directory: None, client: FlaskClient) -> None:
    asked = {"q": "aide alimentaire", "place": "62400", "radius_km": 10, "modes": ["en-presentiel"], "limit": 5}
    by_post = client.post("/api/v1/search", json=asked).get_json()
    by_get = client.get("/api/v1/search", query_string=asked).get_json()
    assert by_post == by_get
    assert [one["name"] for one in by_post["results"]] == ["Épicerie solidaire"]
    assert by_post["understood"]["place"]["kind"] == "postcode"


def test_lists_take_commas_repeats_and_foreign_codes(directory: None, client: FlaskClient) -> None:
    for query in (
        "themes=food-aid,energy",
        "themes=energy&themes=food-aid",
        "themes=equipement-et-alimentation--alimentation",
    ):
        found = client.get(f"/api/v1/search?{query}").get_json()
        assert {one["name"] for one in found["results"]} == {"Épicerie solidaire", "Permanence en ligne"}, query


def test_the_field_of_the_place_wins_and_homonyms_are_told(directory: None, client: FlaskClient) -> None:
    asked = {"q": "aide alimentaire, Béthune", "place": "Namur (Namur)"}
    assert client.get("/api/v1/search", query_string=asked).get_json()["understood"]["place"]["code"] == "BE-92094"
    asked["place"] = "Saint-Aubin"
    understood = client.get("/api/v1/search", query_string=asked).get_json()["understood"]
    assert understood["place"] is None
    assert {"Saint-Aubin (62)", "Saint-Aubin (59)"} <= {one["label"] for one in understood["ambiguous_places"]}


def test_coordinates_measure_from_the_door(directory: None, client: FlaskClient) -> None:
    found = client.get("/api/v1/search?q=aide alimentaire&lat=50.5303&lon=2.6403&radius_km=2").get_json()
    assert found["results"][0]["distance_km"] == 0.0


def test_pages_follow_by_cursor(directory: None, client: FlaskClient) -> None:
    first = client.get("/api/v1/search?themes=food-aid&limit=1").get_json()
    second = client.get("/api/v1/search", query_string={"themes": "food-aid", "limit": 1, "cursor": first["next"]})
    assert first["results"][0]["id"] != second.get_json()["results"][0]["id"]
    assert second.get_json()["next"] is None


BAD = [
    ({"q": "a" * 100_000}, "q"),
    ({"place": "Xyzzyville"}, "place"),
    ({"place": "x" * 200}, "place"),
    ({"lat": 91, "lon": 2}, "lat"),
    ({"lat": "nan", "lon": 2}, "lat"),
    ({"lat": 50, "lon": "inf"}, "lon"),
    ({"lat": 50}, "body"),
    ({"radius_km": 0}, "radius_km"),
    ({"radius_km": -3}, "radius_km"),
    ({"radius_km": 1e12}, "radius_km"),
    ({"radius_km": "dix"}, "radius_km"),
    ({"themes": ["no-such-theme"]}, "themes"),
    ({"publics": ["martians"]}, "publics"),
    ({"modes": ["telepathy"]}, "modes"),
    ({"themes": ["food-aid"] * 30}, "themes"),
    ({"country": "XX"}, "country"),
    ({"limit": 0}, "limit"),
    ({"limit": 101}, "limit"),
    ({"cursor": "-1"}, "cursor"),
    ({"cursor": "٣"}, "cursor"),
    ({"cursor": "999999"}, "cursor"),
    ({"cursor": "eyJhIjoxfQ"}, "cursor"),
    ({"surprise": "1"}, "surprise"),
]


@pytest.mark.parametrize(("asked", "field"), BAD)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_bad_input_is_named(
    engine: EmbeddedEngine, client: FlaskClient, method: str, asked: dict[str, Any], field: str
) -> None:
    told = {"query_string": asked} if method == "GET" else {"json": asked}
    answer = client.open("/api/v1/search", method=method, **told)
    assert answer.status_code == 422, answer.text
    assert answer.content_type == "application/problem+json"
    assert any(name.split(".")[0] == field for name in answer.get_json()["errors"])
    assert len(answer.data) < 1000


@pytest.mark.parametrize(
    "q", ["\x00\x01\x1f", "‮‏", "' OR 1=1 --", "🦔" * 100, "((((", 'name:"x" AND *', "%s%n", "ﷺ" * 50]
)
def test_odd_words_are_only_words(engine: EmbeddedEngine, client: FlaskClient, q: str) -> None:
    for answer in (client.get("/api/v1/search", query_string={"q": q}), client.post("/api/v1/search", json={"q": q})):
        assert answer.status_code == 200
        valid(client, answer.get_json(), "SearchOut")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422), (b"", 422), (b"[]", 422), (b'{"q": 3}', 422), (b'{"q": "\\ud800"}', 422), (b"\xff\xfe", 422),
        (b'{"lat": NaN, "lon": 1}', 422), (b'{"limit": 1e400}', 422), (b"[" * 5000, 422),
    ],
)  # fmt: skip
def test_a_broken_body_is_a_problem_not_a_crash(
    engine: EmbeddedEngine, client: FlaskClient, body: bytes, status: int
) -> None:
    answer = client.post("/api/v1/search", data=body, content_type="application/json")
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"


def test_other_media_types_are_refused(engine: EmbeddedEngine, client: FlaskClient) -> None:
    assert client.post("/api/v1/search", data={"q": "loyer"}).status_code == 415


def test_a_partner_sees_through_its_token_what_the_world_does_not(
    app: Flask, engine: EmbeddedEngine, client: FlaskClient
) -> None:
    org, partner = make_organization(), make_organization()
    make_service(org, name="Refuge", themes=["food-aid"], address_visibility="partners")
    service.rebuild_index(SYSTEM)
    asked = "/api/v1/search?themes=food-aid"
    seen = client.get(asked).get_json()["results"][0]["location"]
    known = client.get(asked, headers=bearer(make_user(partner), partner)).get_json()["results"][0]["location"]
    assert seen["approximate"] is True
    assert (seen["lat"], seen["lon"]) != (50.5303, 2.6403)
    assert known == {"lat": 50.5303, "lon": 2.6403, "approximate": False}


def test_places_are_suggested(app: Flask, client: FlaskClient) -> None:
    found = client.get("/api/v1/places?q=beth").get_json()
    valid(client, found, "Suggestions")
    assert found[0] == {"value": "commune:62119", "label": "Béthune (62)", "hint": "Pas-de-Calais"}
    assert client.get("/api/v1/places?q=").get_json() == []
    assert client.get("/api/v1/places?q=\x00").get_json() == []
    assert client.get("/api/v1/places", query_string={"q": "x" * 500}).status_code == 422
    assert {one["label"] for one in client.get("/api/v1/places?q=namur").get_json()} == {
        "Namur (province)",
        "Namur (Namur)",
    }


def test_the_document_lists_the_codes_with_their_french_words(app: Flask, client: FlaskClient) -> None:
    schemas = client.get("/api/openapi.json").get_json()["components"]["schemas"]
    assert schemas["Theme"]["x-labels"]["fr"]["food-aid"] == "Aide alimentaire"
    assert schemas["Public"]["x-labels"]["fr"]["seniors"] == "Séniors"
