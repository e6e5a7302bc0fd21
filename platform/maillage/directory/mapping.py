"""A map drawn by the server: outlines of départements and provinces, and numbered points. Pure arithmetic, no words."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import cos, hypot, radians

from maillage_search.geo import KM_PER_DEGREE, Box
from maillage_search.taxonomy import DATA_DIR

SIDE = 360
"""Units of the square drawing: about the pixels of a phone, so that marks keep a size that fingers hit."""
MARK_RADIUS = 14
_MARGIN = 2 * MARK_RADIUS
_LEAST_KM = 12.0  # points of one commune alone would be drawn as if far apart
_FINEST_STEP = 1.5  # units: smaller details of an outline are not seen

Ring = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Point:
    """A result to place. `number` is its rank in the list, from 1."""

    number: int
    lat: float
    lon: float
    approximate: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """One spot of the drawing: a point, or several that would cover each other."""

    x: float
    y: float
    points: tuple[Point, ...]

    @property
    def approximate(self) -> bool:
        return all(point.approximate for point in self.points)


@dataclass(frozen=True, slots=True)
class Drawing:
    outlines: tuple[str, ...]
    """Data of SVG paths."""
    marks: tuple[Mark, ...]
    """In the order of the list."""
    center: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class _Frame:
    """From degrees to units; a degree of longitude is narrower by the cosine of the latitude."""

    west: float
    north: float
    per_degree: float
    narrowing: float

    def place(self, lat: float, lon: float) -> tuple[float, float]:
        x = (lon - self.west) * self.narrowing * self.per_degree
        return round(x, 1), round((self.north - lat) * self.per_degree, 1)


def draw(points: Sequence[Point], center: tuple[float, float] | None) -> Drawing | None:
    """None when there is nothing to place."""
    if not points:
        return None
    spots = [(point.lat, point.lon) for point in points] + ([center] if center else [])
    frame, box = _frame(spots)
    return Drawing(tuple(_outlines(frame, box)), _marks(points, frame), frame.place(*center) if center else None)


def _frame(spots: Sequence[tuple[float, float]]) -> tuple[_Frame, Box]:
    """The smallest square that holds everything, with room for the marks at the edges."""
    south, north = min(lat for lat, _ in spots), max(lat for lat, _ in spots)
    west, east = min(lon for _, lon in spots), max(lon for _, lon in spots)
    middle_lat, middle_lon = (south + north) / 2, (west + east) / 2
    narrowing = max(cos(radians(middle_lat)), 0.1)
    span = max(north - south, (east - west) * narrowing, _LEAST_KM / KM_PER_DEGREE)
    span *= SIDE / (SIDE - 2 * _MARGIN)
    half = span / 2
    box = Box(middle_lat - half, middle_lon - half / narrowing, middle_lat + half, middle_lon + half / narrowing)
    return _Frame(box.west, box.north, SIDE / span, narrowing), box


def _marks(points: Iterable[Point], frame: _Frame) -> tuple[Mark, ...]:
    """Each point joins the first mark that it would cover."""
    found: list[tuple[float, float, list[Point]]] = []
    for point in points:
        x, y = frame.place(point.lat, point.lon)
        near = next((mark for mark in found if hypot(mark[0] - x, mark[1] - y) < 2 * MARK_RADIUS), None)
        if near:
            near[2].append(point)
        else:
            found.append((x, y, [point]))
    return tuple(Mark(x, y, tuple(inside)) for x, y, inside in found)


def _outlines(frame: _Frame, box: Box) -> Iterator[str]:
    for rings in _load().values():
        paths = [_path(ring, frame) for ring, around in rings if _meet(around, box)]
        if data := "".join(path for path in paths if path):
            yield data


def _path(ring: Ring, frame: _Frame) -> str:
    """The ring in whole units, as steps; details too small to be seen are left out, and what is far outside is cut."""
    spots: list[tuple[int, int]] = []
    for lon, lat in ring:
        x, y = (round(max(-SIDE, min(2 * SIDE, value))) for value in frame.place(lat, lon))
        if not spots or hypot(x - spots[-1][0], y - spots[-1][1]) >= _FINEST_STEP:
            spots.append((x, y))
    if len(spots) < 3:
        return ""
    steps = " ".join(f"{after[0] - before[0]},{after[1] - before[1]}" for before, after in pairwise(spots))
    return f"M{spots[0][0]},{spots[0][1]}l{steps}z"


def _meet(one: Box, other: Box) -> bool:
    return one.south <= other.north and other.south <= one.north and one.west <= other.east and other.west <= one.east


@lru_cache(maxsize=1)
def _load() -> Mapping[str, tuple[tuple[Ring, Box], ...]]:
    """Rings of each département and province, with the box around each."""
    raw: dict[str, list[Ring]] = json.loads(gzip.decompress((DATA_DIR / "outlines.json.gz").read_bytes()))
    return {code: tuple((ring, _around(ring)) for ring in rings) for code, rings in raw.items()}


def _around(ring: Ring) -> Box:
    lons, lats = [spot[0] for spot in ring], [spot[1] for spot in ring]
    return Box(min(lats), min(lons), max(lats), max(lons))
