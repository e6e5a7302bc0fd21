"""Services at hand. Saying the same thing twice is harmless: a button may be pressed twice."""

from uuid import UUID

from sqlalchemy.orm import Session

from maillage.directory import queries as directory
from maillage.directory.keeping import queries
from maillage.directory.keeping.models import PersonalFavourite, TeamFavourite
from maillage.directory.keeping.policy import MOST_FAVOURITES, may_keep_for_team
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound

LONGEST_NOTE = 300
_FULL = f"La liste compte déjà {MOST_FAVOURITES} fiches : retirez-en avant d’en ajouter."


def keep(actor: Actor, *, service_id: UUID, wanted: bool) -> None:
    """Keep a service at hand, or let it go."""
    with transaction() as session:
        held = session.get(PersonalFavourite, (actor.user_id, service_id))
        if held is not None and not wanted:
            session.delete(held)
        elif held is None and wanted:
            _check(session, service_id, len(queries.kept(session, actor).mine))
            session.add(PersonalFavourite(user_id=actor.user_id, service_id=service_id))


def keep_for_team(actor: Actor, *, service_id: UUID, wanted: bool) -> None:
    """The same for everybody of the actor's organisation."""
    _may(actor)
    with transaction() as session:
        held = session.get(TeamFavourite, (actor.org_id, service_id))
        if held is not None and not wanted:
            session.delete(held)
        elif held is None and wanted:
            _check(session, service_id, len(queries.kept(session, actor).team))
            session.add(TeamFavourite(org_id=actor.org_id, service_id=service_id))


def annotate(actor: Actor, *, service_id: UUID, note: str) -> None:
    """A word for colleagues beside a service that the team keeps."""
    _may(actor)
    if len(note) > LONGEST_NOTE:
        raise Invalid(fields={"note": f"{LONGEST_NOTE} caractères au plus."})
    with transaction() as session:
        held = session.get(TeamFavourite, (actor.org_id, service_id), with_for_update=True)
        if held is None:
            raise NotFound()
        held.note = note


def _check(session: Session, service_id: UUID, held: int) -> None:
    if directory.referable_service(session, service_id) is None:
        raise NotFound()
    if held >= MOST_FAVOURITES:
        raise Conflict(_FULL)


def _may(actor: Actor) -> None:
    if not may_keep_for_team(actor):
        raise Forbidden()
