"""The buttons that keep a service at hand, wherever a service is shown."""

from uuid import UUID

from flask import g, request, url_for

from maillage.directory.keeping import queries
from maillage.directory.keeping.policy import may_keep_for_team
from maillage.directory.keeping.queries import Kept
from maillage.kernel.db import session
from maillage.web.authz import actor, optional_actor

Button = dict[str, object]


def mine(service_id: UUID, name: str) -> Button | None:
    """The button of somebody signed in; nothing for a passer-by, who has no list."""
    if optional_actor() is None:
        return None
    pressed = service_id in _kept().mine
    return _button("favourites.keep", service_id, pressed, "Gardé" if pressed else "Garder", name)


def team(service_id: UUID, name: str) -> Button | None:
    if not may_keep_for_team(optional_actor()):
        return None
    pressed = service_id in _kept().team
    label = "Gardé pour l’équipe" if pressed else "Garder pour l’équipe"
    return _button("favourites.keep_for_team", service_id, pressed, label, name)


def of_service(service_id: UUID, name: str) -> list[Button]:
    return [one for one in (mine(service_id, name), team(service_id, name)) if one]


def forget() -> None:
    """What was read before a change is not true after it."""
    g.pop("kept_services", None)


def _kept() -> Kept:
    """Read once a request: a page of results has twenty buttons."""
    if "kept_services" not in g:
        g.kept_services = queries.kept(session(), actor())
    found: Kept = g.kept_services
    return found


def _button(endpoint: str, service_id: UUID, pressed: bool, label: str, name: str) -> Button:
    back = request.full_path if request.method == "GET" else request.form.get("back", "")
    return {
        "action": url_for(endpoint, service_id=service_id),
        "id": f"{'keep' if endpoint == 'favourites.keep' else 'team'}-{service_id}",
        "pressed": pressed,
        "label": label,
        "name": name,
        "back": back,
    }
