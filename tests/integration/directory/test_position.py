"""Whoever asks how far a confidential place is, from wherever they like, learns where its commune is, no more."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from factories.accounts import make_organization
from factories.directory import make_service
from maillage.directory import engine as registry
from maillage.directory import service as directory
from maillage.directory.models import Location, Service
from maillage.kernel.actor import SYSTEM
from maillage.kernel.db import transaction
from maillage_search.embedded import EmbeddedEngine
from maillage_search.geo import haversine_km
from maillage_search.places import load_places

pytestmark = [pytest.mark.security, pytest.mark.parametrize("app", ["sqlite"], indirect=True)]

Point = tuple[float, float]
Answers = list[Any]
BETHUNE = load_places().get("commune", "62119")
assert BETHUNE is not None
HERE: Point = (BETHUNE.lat, BETHUNE.lon)
COMMUNE_TOLD, NOTHING_TOLD = ("commune_only", "partners"), ("never", "unheard-of")
WAYS = ("", "radius_km=3", "radius_km=10", "radius_km=25", "limit=2", "open=now")

points = st.tuples(st.floats(50.3, 50.7), st.floats(2.4, 2.9))
doors = st.tuples(st.floats(50.50, 50.56), st.floats(2.60, 2.68))
asked = st.lists(points, min_size=3, max_size=5)
examples = settings(
    max_examples=6, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def refuge(engine: EmbeddedEngine) -> UUID:
    """A place to protect among others that anybody may find."""
    org = make_organization()
    for lat, lon in ((50.50, 2.60), (50.55, 2.70), (50.43, 2.83), HERE):
        make_service(org, locations=[{"commune_code": "62119", "lat": lat, "lon": lon}], themes=["food-aid"])
    return make_service(org, name="Refuge", themes=["food-aid"], areas=()).id


def put(refuge: UUID, marking: str, door: Point, commune: str = "62119") -> None:
    with transaction() as tx:
        tx.execute(update(Service).where(Service.id == refuge).values(address_visibility=marking))
        there = {"lat": door[0], "lon": door[1], "commune_code": commune, "opening_hours": "Mo-Su 00:00-24:00"}
        tx.execute(update(Location).where(Location.service_id == refuge).values(**there))
    directory.rebuild_index(SYSTEM)


def learned(client: FlaskClient, asked: list[Point], what: Callable[[dict[str, Any]], Any]) -> Answers:
    """What the API tells from each point in each way, and while the engine is away."""
    found = []
    for lat, lon in asked:
        for way in WAYS:
            answer = client.get(f"/api/v1/search?themes=food-aid&lat={lat}&lon={lon}&{way}").json
            found.append((answer["total"], answer["next"], answer["facets"], [what(one) for one in answer["results"]]))
    with away():
        for place in ("commune:62119", "commune:62498"):
            answer = client.get(f"/api/v1/search?themes=food-aid&place={place}").json
            assert answer["degraded"]
            found.append([what(one) for one in answer["results"]])
    return found


@contextmanager
def away() -> Iterator[None]:
    before = registry.engine()
    registry.use_engine(None)
    yield
    registry.use_engine(before)


@examples
@given(doors=st.tuples(doors, doors), asked=asked, marking=st.sampled_from((*COMMUNE_TOLD, *NOTHING_TOLD)))
def test_moving_the_door_changes_no_answer(
    app: Flask, client: FlaskClient, refuge: UUID, doors: tuple[Point, Point], asked: list[Point], marking: str
) -> None:
    told = []
    for door, commune in zip(doors, ("62119", "62119" if marking in COMMUNE_TOLD else "62498"), strict=True):
        put(refuge, marking, door, commune)
        told.append(learned(client, asked, dict))
    assert told[0] == told[1]


@examples
@given(door=doors, asked=asked, marking=st.sampled_from(COMMUNE_TOLD))
def test_a_place_looks_as_far_as_the_middle_of_its_commune(
    app: Flask, client: FlaskClient, refuge: UUID, door: Point, asked: list[Point], marking: str
) -> None:
    """Its distances, its rank among others and the radius that reaches it are those of a public place right there."""
    put(refuge, marking, door)
    confidential = learned(client, asked, lambda one: (one["id"], one["distance_km"]))
    put(refuge, "public", HERE)
    assert confidential == learned(client, asked, lambda one: (one["id"], one["distance_km"]))


def test_distances_from_everywhere_meet_in_the_middle_of_the_commune(
    app: Flask, client: FlaskClient, refuge: UUID
) -> None:
    """Whoever lays circles round sixty points finds the middle of the commune, as far from the door as it ever was; the
    same circles find the door of a public place."""
    door = (50.551, 2.617)
    grid = [(50.45 + 0.02 * row, 2.52 + 0.04 * column) for row in range(10) for column in range(6)]
    met = {}
    for marking in ("public", "commune_only", "partners"):
        put(refuge, marking, door)
        circles = [(point, distance_from(client, point, refuge)) for point in grid]
        met[marking] = closest(circles)
    print(
        f"{len(grid)} points: the circles meet {haversine_km(*met['public'], *door):.2f} km from a public door, "
        f"{haversine_km(*met['partners'], *door):.2f} km from a confidential one, "
        f"{haversine_km(*met['partners'], *HERE):.2f} km from the middle of the commune"
    )
    assert haversine_km(*met["public"], *door) < 0.1
    for marking in COMMUNE_TOLD:
        assert haversine_km(*met[marking], *HERE) < 0.1
        assert haversine_km(*met[marking], *door) > 1


def distance_from(client: FlaskClient, point: Point, refuge: UUID) -> float:
    answer = client.get(f"/api/v1/search?themes=food-aid&lat={point[0]}&lon={point[1]}&radius_km=50").json
    return next(one["distance_km"] for one in answer["results"] if one["id"] == str(refuge))


def closest(circles: list[tuple[Point, float]]) -> Point:
    """The point that fits all circles best, searched in ever finer squares."""
    middle, step = HERE, 0.05
    while step > 1e-5:
        around = [(middle[0] + step * a, middle[1] + step * b) for a in range(-3, 4) for b in range(-3, 4)]
        middle = min(around, key=lambda at: sum((haversine_km(*at, *point) - km) ** 2 for point, km in circles))
        step /= 2
    return middle
