"""The map of a page of results in words: what each mark says, and the same answers as rows of a table."""

from dataclasses import dataclass, replace

from maillage.directory import place_words
from maillage.directory.addresses import href
from maillage.directory.mapping import SIDE, Drawing, Mark, Point, draw
from maillage.directory.search_state import SearchState
from maillage.directory.searching import Result, Results
from maillage.directory.views import results as words

Words = dict[str, object]

ABOUT = "position approximative"
_NAMED = 3  # names told by a mark that stands for several


@dataclass(frozen=True, slots=True)
class MapView:
    side: int
    drawing: Drawing
    marks: list[Words]
    center: str
    approximate: bool
    """Some mark is not where the door is."""
    several: bool


def tabs(state: SearchState) -> list[Words]:
    """The two ways to read the same answers."""
    views = (("Liste", False), ("Carte", True))
    return [
        {"label": label, "href": href(replace(state, as_map=as_map)), "current": state.as_map == as_map}
        for label, as_map in views
    ]


def map_of(results: Results, state: SearchState) -> MapView | None:
    """None when no answer has a position that this reader may know."""
    place = state.understood.place
    drawing = draw(list(_points(results)), (place.lat, place.lon) if place else None)
    if drawing is None:
        return None
    return MapView(
        side=SIDE,
        drawing=drawing,
        marks=[_mark(mark, results.lines, state) for mark in drawing.marks],
        center=place_words.label(place) if place else "",
        approximate=any(point.approximate for mark in drawing.marks for point in mark.points),
        several=any(len(mark.points) > 1 for mark in drawing.marks),
    )


def rows(results: Results, state: SearchState) -> list[Words]:
    """The answers under the numbers that the map gives them."""
    placed = {point.number for point in _points(results)}
    found: list[Words] = []
    for number, line in enumerate(results.lines, 1):
        told = words.card(line, state)
        at = line.card.place
        about = ABOUT if number in placed and at and at.approximate else ""
        found.append(told | {"number": number, "placed": number in placed, "about": about})
    return found


def _points(results: Results) -> list[Point]:
    return [
        Point(number, at.lat, at.lon, at.approximate)
        for number, line in enumerate(results.lines, 1)
        if (at := line.card.place) and at.lat is not None and at.lon is not None
    ]


def _mark(mark: Mark, lines: tuple[Result, ...], state: SearchState) -> Words:
    """A mark of one leads to its record; one of several, to the first of their rows."""
    numbers = [point.number for point in mark.points]
    first = lines[numbers[0] - 1]
    drawn: Words = {"x": mark.x, "y": mark.y, "hollow": mark.approximate}
    if len(numbers) == 1:
        about = f", {ABOUT}" if mark.approximate else ""
        title = f"{numbers[0]}. {first.card.name}{about}"
        return drawn | {"label": str(numbers[0]), "title": title, "href": words.card(first, state)["href"]}
    names = [f"{number}. {lines[number - 1].card.name}" for number in numbers[:_NAMED]]
    more = len(numbers) - _NAMED
    names += [f"et {more} autre{'s' if more > 1 else ''}"] if more > 0 else []
    title = f"{len(numbers)} services : {', '.join(names)}"
    return drawn | {"label": f"{numbers[0]}+", "title": title, "href": f"#resultat-{numbers[0]}"}
