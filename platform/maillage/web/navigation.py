"""Links of the frame, told by each domain when it registers: the main navigation and the places every page points to.

A lower domain cannot know the pages of a higher one; here each says where its own are and who may follow them.
"""

from dataclasses import dataclass, field

from flask import Flask, request, url_for

from maillage.kernel.actor import Actor
from maillage.web.authz import optional_actor

EXTENSION = "maillage_navigation"


@dataclass(frozen=True, slots=True)
class Link:
    endpoint: str
    any_of: tuple[str, ...]
    anonymous: bool
    label: str = ""
    order: int = 0
    under: str = ""
    part: str = ""

    def open_to(self, who: Actor | None) -> bool:
        if who is None:
            return self.anonymous
        return not self.any_of or any(who.can(permission) for permission in self.any_of)


@dataclass(slots=True)
class Navigation:
    items: list[Link] = field(default_factory=list)
    links: dict[str, Link] = field(default_factory=dict)


def item(
    app: Flask,
    label: str,
    endpoint: str,
    *any_of: str,
    order: int,
    anonymous: bool = False,
    under: str = "",
    part: str = "",
) -> None:
    """Add an entry to the main navigation, for those who hold one of the permissions; with `under`, a path, to the
    second row that every page below that path shows. Those of one `part` stand there as one entry of that name, and
    beside one another in a third row on the pages of that part."""
    _navigation(app).items.append(Link(endpoint, any_of, anonymous, label, order, under, part))


def link(app: Flask, name: str, endpoint: str, *any_of: str, anonymous: bool = False) -> None:
    """Say where `frame_links.<name>` of templates/base.html leads."""
    _navigation(app).links[name] = Link(endpoint, any_of, anonymous)


def _navigation(app: Flask) -> Navigation:
    if EXTENSION not in app.extensions:
        found = app.extensions[EXTENSION] = Navigation()
        app.context_processor(lambda: _context(found))
    navigation: Navigation = app.extensions[EXTENSION]
    return navigation


def _context(navigation: Navigation) -> dict[str, object]:
    who = optional_actor()
    allowed = sorted((found for found in navigation.items if found.open_to(who)), key=lambda found: found.order)
    items = [found for found in allowed if not found.under]
    homes = [found.endpoint.partition(".")[0] for found in items]
    here = [found for found in allowed if found.under and f"{request.path}/".startswith(f"{found.under}/")]
    second, third = _rows_below(here)
    return {
        "nav_items": [
            {"label": found.label, "href": url_for(found.endpoint), "current": _current(found, homes)}
            for found in items
        ],
        "sub_items": second,
        "part_items": third,
        "frame_links": {
            name: url_for(found.endpoint) for name, found in navigation.links.items() if found.open_to(who)
        },
    }


def _rows_below(items: list[Link]) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The second row, and the third of the part that the page is in. The entry nearest above the page is the current
    one, and its part with it."""
    there = [(found, url_for(found.endpoint)) for found in items]
    above = [href for _, href in there if f"{request.path}/".startswith(f"{href}/")]
    nearest = max(above, key=len, default="")
    parts: dict[str, list[dict[str, object]]] = {}
    for found, href in there:
        entry: dict[str, object] = {"label": found.label, "href": href, "current": href == nearest}
        parts.setdefault(found.part or found.label, []).append(entry)
    second = [row[0] | {"label": name, "current": any(it["current"] for it in row)} for name, row in parts.items()]
    return second, next((row for row in parts.values() if len(row) > 1 and any(it["current"] for it in row)), [])


def _current(found: Link, homes: list[str]) -> str:
    """`page` for the entry's own page, `true` for those under it (the values of aria-current), empty elsewhere."""
    if request.endpoint == found.endpoint:
        return "page"
    home = found.endpoint.partition(".")[0]
    under = request.path.startswith(url_for(found.endpoint) + "/")
    return "true" if under or (request.blueprint == home and homes.count(home) == 1) else ""
