"""What nobody should type, on the page and over the API, with both real engines: a clear answer, never a breakdown."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from factories.accounts import make_organization
from factories.directory import make_service
from factories.results import names, page
from maillage.directory import engine as registry
from maillage.directory import service
from maillage.directory.views.search import UNHEARD
from maillage.kernel.actor import SYSTEM
from maillage_search.elastic import ElasticEngine
from maillage_search.embedded import EmbeddedEngine
from maillage_search.port import SearchEngine

pytestmark = [
    pytest.mark.parametrize("app", ["sqlite"], indirect=True),
    pytest.mark.parametrize(
        "engine", ["embedded", pytest.param("opensearch", marks=pytest.mark.xdist_group("opensearch"))], indirect=True
    ),
]

LONG = "logement " * 12_000
WORDS = {
    "operators": ('name:(x OR "y") AND NOT +a -b ~2 ^3 [* TO *] {x} /.*/ \\ !( ) && ||', None),
    "query language": ('{"query": {"match_all": {}}}', None),
    "sql": ("'; DROP TABLE service; --", None),
    "markup": ("<script>alert(1)</script>", None),
    "only empty words": ("de la et pour les", None),
    "control characters": ("coli\x00s\x07 alimen\x1b[31mtaire\r\n", None),
    "emoji": ("🏠🔥 👩‍👧", None),
    "known words among emoji": ("🦔 colis alimentaire 🥕", "Épicerie solidaire"),
    "right to left": ("مساعدة سكن", None),
    "digits": ("1234567890 " * 20, None),
}
"""What is typed, and a service that it finds."""

FIELDS = [
    ({"q": LONG}, "q", "300 caractères au plus"),
    ({"q": "loyer", "place": "Xyzzyville"}, "place", "Indiquez une commune ou un code postal."),
    ({"q": "loyer", "place": "9" * 90}, "place", "Indiquez une commune ou un code postal."),
]
"""What is refused everywhere: the field, and what the page says beside it."""

REFUSED = [
    ({"lat": "1e400", "lon": "2"}, "lat"),
    ({"lat": "200", "lon": "2"}, "lat"),
    ({"lat": "50", "lon": "500"}, "lon"),
    ({"lat": "nan", "lon": "2"}, "lat"),
    ({"radius_km": "1e12"}, "radius_km"),
    ({"radius_km": "-1"}, "radius_km"),
    ({"limit": "1000000"}, "limit"),
    ({"cursor": "99999999999"}, "cursor"),
    ({"cursor": "' OR 1=1"}, "cursor"),
]
"""What a program is told by the name of the field; an address of the page leaves it out instead."""

ADDRESSES = [
    "radius=1e12&place=commune:62119",
    "radius=-5&after=-1",
    "after=99999999999",
    "place=commune:999999&territoire=1",
    "territoire=%00&place=",
    f"w={'loyer+' * 3000}",
    "t=' OR 1=1--.100&c=%F0%9F%92%A9",
    "ouvert=jamais&vue=carte&after=1000",
]


@pytest.fixture
def engine(request: pytest.FixtureRequest, app: Flask, tmp_path: Path) -> Iterator[SearchEngine]:
    before = registry.engine()
    found: EmbeddedEngine | ElasticEngine
    if request.param == "embedded":
        found = EmbeddedEngine(tmp_path / "index")
    else:
        found = ElasticEngine(request.getfixturevalue("opensearch_url"), prefix=f"t{uuid4().hex[:8]}")
    registry.use_engine(found)
    make_service(make_organization(), name="Épicerie solidaire", summary="Des colis.", themes=["food-aid"])
    service.rebuild_index(SYSTEM)
    yield found
    registry.use_engine(before)
    if isinstance(found, ElasticEngine):
        found.remove()
    found.close()


def test_words_are_only_words(engine: SearchEngine, client: FlaskClient) -> None:
    for told, (typed, expected) in WORDS.items():
        sent = client.post("/recherche", data={"q": typed, "place": ""})
        assert sent.status_code == 303, told
        html = page(client.get(sent.headers["Location"]))
        assert "Recherche réduite" not in html, told
        assert expected is None or expected in names(html), told
        assert "<script>" not in html.split("<main")[1], told
        answer = client.get("/api/v1/search", query_string={"q": typed})
        assert (answer.status_code, answer.get_json()["degraded"]) == (200, False), told
        assert expected is None or expected in [one["name"] for one in answer.get_json()["results"]], told


def test_words_that_say_nothing_are_told_so(engine: SearchEngine, client: FlaskClient) -> None:
    for typed in ("zxqvw kjhgf", "🏠🔥"):
        sent = client.post("/recherche", data={"q": typed, "place": ""})
        html = page(client.get(sent.headers["Location"])) if sent.status_code == 303 else page(sent, 422)
        assert UNHEARD in html or "Dites en quelques mots ce qui se passe." in html, typed


def test_what_cannot_be_is_said_beside_its_field(engine: SearchEngine, client: FlaskClient) -> None:
    for given, field, message in FIELDS:
        assert message in page(client.post("/recherche", data={"q": "", "place": ""} | given), 422)
        for answer in (
            client.get("/api/v1/search", query_string=given),
            client.post("/api/v1/search", json=given),
        ):
            assert answer.status_code == 422
            assert field in answer.get_json()["errors"]
            assert len(answer.data) < 1000


def test_numbers_that_cannot_be_are_named(engine: SearchEngine, client: FlaskClient) -> None:
    for given, field in REFUSED:
        for answer in (
            client.get("/api/v1/search", query_string={"q": "colis", **given}),
            client.post("/api/v1/search", json={"q": "colis", **given}),
        ):
            assert answer.status_code == 422, given
            assert list(answer.get_json()["errors"]) == [field], given


def test_a_damaged_address_gives_a_page(engine: SearchEngine, client: FlaskClient) -> None:
    for query in ADDRESSES:
        assert "Recherche réduite" not in page(client.get(f"/recherche?{query}")), query
