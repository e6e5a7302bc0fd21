"""Distances and grid cells on the globe, good to a few metres at the scale of a territory."""

from math import asin, cos, floor, radians, sin, sqrt
from typing import NamedTuple

EARTH_RADIUS_KM = 6371.0088
KM_PER_DEGREE = EARTH_RADIUS_KM * radians(1)
# About 11 km × 11 km in France and Belgium.
CELL_LAT = 0.1
CELL_LON = 0.15
ROWS = round(180 / CELL_LAT)
COLUMNS = round(360 / CELL_LON)


class Box(NamedTuple):
    south: float
    west: float
    north: float
    east: float


def haversine_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    phi1, phi2 = radians(lat1), radians(lat2)
    half = sin((phi2 - phi1) / 2) ** 2 + cos(phi1) * cos(phi2) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, half)))


def bounding_box(lat: float, lon: float, km: float) -> Box:
    """Holds every point within `km`. West may be below -180 and east above 180 (a box across the antimeridian)."""
    angle = km / KM_PER_DEGREE
    south, north = lat - angle, lat + angle
    if south <= -90 or north >= 90:
        return Box(max(south, -90.0), -180.0, min(north, 90.0), 180.0)
    # The meridian tangent to the circle is farther out than the circle's point at the same latitude.
    width = asin(min(1.0, sin(radians(min(angle, 90.0))) / cos(radians(lat)))) / radians(1)
    return Box(south, lon - width, north, lon + width)


def cell(lat: float, lon: float) -> str:
    """A token for the grid square around a point: safe in a URL and as a keyword of an index."""
    return _token(_row(lat), floor(lon / CELL_LON))


def cells_within(lat: float, lon: float, km: float) -> frozenset[str]:
    """Every cell that may hold a point within `km`, and few others: a filter before the exact distance."""
    box = bounding_box(lat, lon, km)
    first, last = floor(box.west / CELL_LON), floor(box.east / CELL_LON)
    columns = range(first, min(last, first + COLUMNS - 1) + 1)
    return frozenset(
        _token(row, column)
        for row in range(_row(box.south), _row(box.north) + 1)
        for column in columns
        if _gap_km(lat, lon, row, column) <= km
    )


def coarsen(lat: float, lon: float) -> tuple[float, float]:
    """The centre of the cell: enough to measure a distance, too little to find a door."""
    row, column = _row(lat), floor(lon / CELL_LON)
    return round((row + 0.5) * CELL_LAT, 6), round((column + 0.5) * CELL_LON, 6)


def _row(lat: float) -> int:
    return min(floor(lat / CELL_LAT), ROWS // 2 - 1)


def _token(row: int, column: int) -> str:
    return f"{row + ROWS // 2}x{(column + COLUMNS // 2) % COLUMNS}"


def _gap_km(lat: float, lon: float, row: int, column: int) -> float:
    """A lower bound of the distance to the cell: 0 when the point is in its row or column band."""
    south, north = row * CELL_LAT, (row + 1) * CELL_LAT
    west, east = column * CELL_LON, (column + 1) * CELL_LON
    nearest_lat = min(max(lat, south), north)
    nearest_lon = min(max(lon, west), east)
    across = sin(radians(abs(nearest_lon - lon)))
    return max(
        abs(nearest_lat - lat) * KM_PER_DEGREE,
        EARTH_RADIUS_KM * asin(min(1.0, cos(radians(lat)) * max(across, 0.0))) if abs(nearest_lon - lon) < 90 else 0.0,
    )
