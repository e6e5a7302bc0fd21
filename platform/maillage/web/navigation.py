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

    def open_to(self, who: Actor | None) -> bool:
        if who is None:
            return self.anonymous
        return not self.any_of or any(who.can(permission) for permission in self.any_of)


@dataclass(slots=True)
class Navigation:
    items: list[Link] = field(default_factory=list)
    links: dict[str, Link] = field(default_factory=dict)


def item(
    app: Flask, label: str, endpoint: str, *any_of: str, order: int, anonymous: bool = False, under: str = ""
) -> None:
    """Add an entry to the main navigation, for those who hold one of the permissions; with `under`, a path, to the
    second row that every page below that path shows."""
    _navigation(app).items.append(Link(endpoint, any_of, anonymous, label, order, under))


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
    return {
        "nav_items": [
            {"label": found.label, "href": url_for(found.endpoint), "current": _current(found, homes)}
            for found in items
        ],
        "sub_items": _second_row(here),
        "frame_links": {
            name: url_for(found.endpoint) for name, found in navigation.links.items() if found.open_to(who)
        },
    }


def _second_row(items: list[Link]) -> list[dict[str, object]]:
    """The entry nearest above the page is the current one."""
    there = [(found.label, url_for(found.endpoint)) for found in items]
    above = [href for _, href in there if f"{request.path}/".startswith(f"{href}/")]
    nearest = max(above, key=len, default="")
    return [{"label": label, "href": href, "current": href == nearest} for label, href in there]


def _current(found: Link, homes: list[str]) -> str:
    """`page` for the entry's own page, `true` for those under it (the values of aria-current), empty elsewhere."""
    if request.endpoint == found.endpoint:
        return "page"
    home = found.endpoint.partition(".")[0]
    under = request.path.startswith(url_for(found.endpoint) + "/")
    return "true" if under or (request.blueprint == home and homes.count(home) == 1) else ""
