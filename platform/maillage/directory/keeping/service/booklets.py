"""Booklets: ordered in a request, made in the background, forgotten after a day."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.directory import queries as directory
from maillage.directory import searching
from maillage.directory.keeping import codes, queries
from maillage.directory.keeping.models import Booklet, BookletState
from maillage.directory.keeping.policy import BOOKLET_LASTS, MOST_PENDING_BOOKLETS, MOST_PRINTED
from maillage.directory.presenters import ServiceView, present
from maillage.directory.search_state import SearchState
from maillage.directory.vocabulary import themes
from maillage.kernel import clock, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Invalid, TooMany, Unavailable
from maillage.kernel.ids import new_secret

FILL = "directory.booklet"
OTHER = "Autres services"
Sections = Mapping[str, Sequence[ServiceView]]
Draw = Callable[[str, Sections], bytes]


def order_booklet(actor: Actor, *, state: SearchState) -> UUID:
    """Ask for the booklet of a search, or of a territory when only a place is said."""
    if not codes.says_something(state):
        raise Invalid(fields={"place": "Indiquez un territoire, ou cherchez d’abord un thème."})
    if queries.pending_booklets(session(), actor) >= MOST_PENDING_BOOKLETS:
        raise TooMany("Vos livrets précédents sont encore en préparation. Réessayez dans une minute.")
    with transaction() as tx:
        booklet = Booklet(
            user_id=actor.user_id,
            org_id=actor.org_id,
            title=codes.title(state)[:200],
            params=codes.to_text(state),
            file_name=f"{new_secret()}.pdf",
            expires_at=clock.now() + BOOKLET_LASTS,
        )
        tx.add(booklet)
        tx.flush()
        outbox.enqueue(tx, FILL, {"booklet_id": str(booklet.id)})
        return booklet.id


def fill_booklet(booklet_id: UUID, *, folder: Path, draw: Draw) -> None:
    """Make the file. A second run makes the same file again under the same name."""
    booklet = session().get(Booklet, booklet_id, populate_existing=True)
    if booklet is None or booklet.state != BookletState.PENDING:
        return
    sections = by_theme(_public_services(session(), codes.to_state(booklet.params)))
    count = sum(map(len, sections.values()))
    if count:
        path = folder / booklet.file_name
        path.write_bytes(draw(booklet.title, sections))
        path.chmod(0o600)
    with transaction() as tx:
        booklet = tx.get(Booklet, booklet_id, with_for_update=True)
        if booklet is not None:
            booklet.state, booklet.services = (BookletState.READY if count else BookletState.EMPTY), count


def forget_booklets(now: datetime, folder: Path) -> int:
    """Remove what has expired: the file first, so that a row never outlives it unknown."""
    with transaction() as tx:
        expired = tx.scalars(select(Booklet).where(Booklet.expires_at <= now).limit(500)).all()
        for booklet in expired:
            (folder / booklet.file_name).unlink(missing_ok=True)
            tx.delete(booklet)
    return len(expired)


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
