"""Outlines light enough for a page: rings simplified and rounded."""

from itertools import pairwise
from typing import Any

# About 500 m: invisible on a map of a département, a third of the points.
TOLERANCE = 0.005
# A ring smaller than this (in square degrees, about 10 km²) is an islet nobody can see.
SMALLEST = 0.001

Ring = list[tuple[float, float]]


def outline(geometry: dict[str, Any]) -> list[Ring]:
    """The outer rings of a Polygon or MultiPolygon, largest first; the largest is always kept."""
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    rings = sorted((polygon[0] for polygon in polygons), key=_area, reverse=True)
    kept = [ring for rank, ring in enumerate(rings) if rank == 0 or _area(ring) >= SMALLEST]
    return [[(round(lon, 3), round(lat, 3)) for lon, lat in simplify(ring)] for ring in kept]


def simplify(ring: Ring) -> Ring:
    """Douglas–Peucker. A closed ring is cut at its farthest point, since its two ends are one."""
    far = max(range(len(ring)), key=lambda i: _distance2(ring[0], ring[i]))
    return _peucker(ring[: far + 1])[:-1] + _peucker(ring[far:])


def _peucker(line: Ring) -> Ring:
    keep = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        split = max(range(first + 1, last), key=lambda i: _offset(line[i], line[first], line[last]))
        if _offset(line[split], line[first], line[last]) > TOLERANCE:
            keep.add(split)
            spans += [(first, split), (split, last)]
    return [line[i] for i in sorted(keep)]


def _distance2(a: tuple[float, float], b: tuple[float, float]) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def _offset(p: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    length2 = _distance2(a, b)
    if length2 == 0:
        return _distance2(p, a) ** 0.5
    cross = (b[0] - a[0]) * (a[1] - p[1]) - (a[0] - p[0]) * (b[1] - a[1])
    return abs(cross) / length2**0.5


def _area(ring: Ring) -> float:
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring))) / 2
