"""Booklets: ordered in a request, made in the background."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from maillage.directory import queries as directory
from maillage.directory import searching
from maillage.directory.keeping import codes
from maillage.directory.keeping.policy import MOST_PRINTED
from maillage.directory.presenters import ServiceView, present
from maillage.directory.search_state import SearchState
from maillage.directory.vocabulary import themes
from maillage.kernel import background
from maillage.kernel.actor import Actor
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Invalid, Unavailable
from maillage.kernel.progress import Progress

BOOKLET: Final = "directory.booklet"
EMPTY: Final = "empty"
OTHER = "Autres services"
Sections = Mapping[str, Sequence[ServiceView]]
Draw = Callable[[str, Sections, Progress], bytes]


def order_booklet(actor: Actor, *, state: SearchState) -> UUID:
    """Ask for the booklet of a search, or of a territory when only a place is said."""
    if not codes.says_something(state):
        raise Invalid(fields={"place": "Indiquez un territoire, ou cherchez d’abord un thème."})
    with transaction() as tx:
        return background.order(tx, actor, BOOKLET, title=codes.title(state), params={"search": codes.to_text(state)})


def make_booklet(run: background.Run, *, draw: Draw) -> background.Made:
    """The booklet of what somebody ordered. Raises GaveUp where nothing answers the search."""
    sections = by_theme(_public_services(session(), codes.to_state(run.params["search"])))
    if not sections:
        raise background.GaveUp(EMPTY)
    return background.Made("livret-partenaires.pdf", draw(run.title, sections, run.progress))


def by_theme(views: Sequence[ServiceView]) -> Sections:
    """Each service once, under its first theme, in the order of the taxonomy; inside, by commune and name."""
    sections: dict[str, list[ServiceView]] = {label: [] for label in (*(term.label() for term in themes()), OTHER)}
    for view in views:
        first = next((code for code in view.themes if code in themes()), "")
        sections[themes()[first].label() if first else OTHER].append(view)
    return {label: sorted(found, key=_reading_order) for label, found in sections.items() if found}


def _reading_order(view: ServiceView) -> tuple[str, str, str]:
    return (view.main_place.commune if view.main_place else "", view.name, str(view.id))


def _public_services(current: Session, state: SearchState) -> list[ServiceView]:
    """As anybody may read them: a booklet leaves the house."""
    found = searching.run(current, None, state.understood, searching.request_of(state, MOST_PRINTED))
    if found.degraded:
        raise Unavailable()
    exact = [line for line in found.lines if line.widening is None]
    ids = dict.fromkeys(UUID(one) for line in exact for one in (str(line.card.id), *line.grouped_ids))
    return [present(one, None) for one in directory.services(current, list(ids)[:MOST_PRINTED]).values()]
