"""Reads of what is kept. Everything belongs to somebody: what is another's is not found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import Session

from maillage.directory.keeping.models import PersonalFavourite, SavedSearch, TeamFavourite
from maillage.directory.keeping.policy import MOST_FAVOURITES
from maillage.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Kept:
    """Ids of the services that the actor, and their team, keep at hand."""

    mine: frozenset[UUID] = frozenset()
    team: frozenset[UUID] = frozenset()


def kept(session: Session, actor: Actor) -> Kept:
    """One statement: every page of results asks."""
    mine = select(PersonalFavourite.service_id, literal(False)).where(PersonalFavourite.user_id == actor.user_id)
    team = select(TeamFavourite.service_id, literal(True)).where(TeamFavourite.org_id == actor.org_id)
    rows = session.execute(union_all(mine, team)).all()
    return Kept(
        mine=frozenset(service_id for service_id, shared in rows if not shared),
        team=frozenset(service_id for service_id, shared in rows if shared),
    )


def favourites(session: Session, actor: Actor) -> list[UUID]:
    """What the actor keeps, the latest first."""
    found = select(PersonalFavourite.service_id).where(PersonalFavourite.user_id == actor.user_id)
    latest = found.order_by(PersonalFavourite.created_at.desc(), PersonalFavourite.service_id)
    return list(session.scalars(latest.limit(MOST_FAVOURITES)))


def team_favourites(session: Session, actor: Actor) -> Sequence[TeamFavourite]:
    found = select(TeamFavourite).where(TeamFavourite.org_id == actor.org_id)
    latest = found.order_by(TeamFavourite.created_at.desc(), TeamFavourite.service_id)
    return session.scalars(latest.limit(MOST_FAVOURITES)).all()


def saved_searches(session: Session, actor: Actor) -> Sequence[SavedSearch]:
    """The actor's searches, those with something new first."""
    mine = (SavedSearch.user_id == actor.user_id, SavedSearch.org_id == actor.org_id)
    found = session.scalars(select(SavedSearch).where(*mine).order_by(SavedSearch.name, SavedSearch.id)).all()
    return sorted(found, key=lambda one: not one.fresh)


def saved_search(session: Session, actor: Actor, search_id: UUID, *, lock: bool = False) -> SavedSearch | None:
    mine = (SavedSearch.id == search_id, SavedSearch.user_id == actor.user_id, SavedSearch.org_id == actor.org_id)
    query = select(SavedSearch).where(*mine)
    return session.scalar(query.with_for_update() if lock else query)


def count_searches(session: Session, actor: Actor) -> int:
    mine = (SavedSearch.user_id == actor.user_id, SavedSearch.org_id == actor.org_id)
    return session.scalar(select(func.count()).select_from(SavedSearch).where(*mine)) or 0


def due_searches(session: Session, now: datetime, limit: int) -> Sequence[UUID]:
    due = select(SavedSearch.id).where(SavedSearch.due_at <= now)
    return session.scalars(due.order_by(SavedSearch.due_at, SavedSearch.id).limit(limit)).all()
