from math import asin, atan2, cos, degrees, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage_search.geo import EARTH_RADIUS_KM, bounding_box, cell, cells_within, coarsen, haversine_km

latitudes = st.floats(-89, 89)
longitudes = st.floats(-180, 180, exclude_max=True)
points = st.tuples(latitudes, longitudes)


def travel(lat: float, lon: float, km: float, bearing: float) -> tuple[float, float]:
    angle, phi = km / EARTH_RADIUS_KM, radians(lat)
    end = asin(sin(phi) * cos(angle) + cos(phi) * sin(angle) * cos(radians(bearing)))
    turn = atan2(sin(radians(bearing)) * sin(angle) * cos(phi), cos(angle) - sin(phi) * sin(end))
    return degrees(end), (degrees(radians(lon) + turn) + 540) % 360 - 180


@pytest.mark.parametrize(
    ("start", "end", "km"),
    [
        ((50.5300, 2.6400), (50.5300, 2.6400), 0),
        ((48.8566, 2.3522), (50.6292, 3.0573), 203.6),
        ((50.4669, 4.8675), (50.8466, 4.3528), 55.7),
        ((0, 179.5), (0, -179.5), 111.2),
    ],
)
def test_known_distances(start: tuple[float, float], end: tuple[float, float], km: float) -> None:
    assert haversine_km(*start, *end) == pytest.approx(km, abs=0.5)


@given(points, points)
def test_distance_is_symmetric_and_bounded(a: tuple[float, float], b: tuple[float, float]) -> None:
    assert haversine_km(*a, *b) == pytest.approx(haversine_km(*b, *a), abs=1e-6)
    assert 0 <= haversine_km(*a, *b) <= 20_016


@given(points, st.floats(0.1, 200), st.floats(0, 360))
def test_the_box_holds_every_point_within_reach(point: tuple[float, float], km: float, bearing: float) -> None:
    lat, lon = travel(*point, km * 0.999, bearing)
    box = bounding_box(*point, km)
    assert box.south <= lat <= box.north
    assert any(box.west <= lon + turn <= box.east for turn in (-360, 0, 360))


@given(points, st.floats(0.1, 120), st.floats(0, 360), st.floats(0, 0.999))
def test_no_point_within_reach_is_outside_the_cells(
    point: tuple[float, float], km: float, bearing: float, part: float
) -> None:
    assert cell(*travel(*point, km * part, bearing)) in cells_within(*point, km)


def test_cells_stay_close_to_the_circle() -> None:
    # The circle of 25 km is about 16 cells; those it touches are at most three times as many.
    assert 16 <= len(cells_within(50.53, 2.64, 25)) <= 48


@given(points)
def test_coarsening_hides_the_point_in_its_cell_for_good(point: tuple[float, float]) -> None:
    coarse = coarsen(*point)
    assert cell(*coarse) == cell(*point)
    assert coarsen(*coarse) == coarse


@given(points)
def test_a_cell_is_a_plain_keyword(point: tuple[float, float]) -> None:
    assert cell(*point).isalnum()
