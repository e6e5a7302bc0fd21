"""Searches that run again by themselves, and tell when something appears in them."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from maillage.accounts.queries import recipients_for_users
from maillage.directory import searching
from maillage.directory.keeping import codes, notices, queries
from maillage.directory.keeping.models import AlertFrequency, SavedSearch
from maillage.directory.keeping.policy import MOST_SEARCHES
from maillage.directory.models import Service
from maillage.directory.search_state import SearchState
from maillage.directory.searching import Results
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Conflict, Invalid, NotFound
from maillage.notifications.service import post

LONGEST_NAME = 80
DEEPEST = 250  # what the search itself ranks
BATCH = 200
LATER = timedelta(minutes=10)
PROJECTED_WITHIN = timedelta(hours=2)  # by the reconciler, when everything else failed
_INTERVALS: Final = {AlertFrequency.WEEKLY: timedelta(days=7), AlertFrequency.MONTHLY: timedelta(days=30)}


def save_search(actor: Actor, *, state: SearchState, name: str, frequency: str) -> UUID:
    """Keep a search as its codes; what it finds now is not news."""
    name, wanted = _name(name), _frequency(frequency)
    if not codes.says_something(state):
        raise Invalid("Cherchez d’abord quelque chose : il n’y a rien à enregistrer.")
    if queries.count_searches(session(), actor) >= MOST_SEARCHES:
        raise Conflict(f"Vous avez déjà {MOST_SEARCHES} recherches enregistrées : supprimez-en avant d’en ajouter.")
    found = _found(session(), codes.lasting(state)) or []
    with transaction() as tx:
        saved = SavedSearch(
            user_id=actor.user_id,
            org_id=actor.org_id,
            name=name,
            params=codes.to_text(state),
            frequency=wanted,
            due_at=_next(wanted),
            known=found,
        )
        tx.add(saved)
        tx.flush()
        return saved.id


def change_search(actor: Actor, *, search_id: UUID, name: str, frequency: str) -> None:
    name, wanted = _name(name), _frequency(frequency)
    with transaction() as tx:
        saved = _own(tx, actor, search_id)
        if saved.frequency != wanted:
            saved.due_at = _next(wanted)
        saved.name, saved.frequency = name, wanted


def forget_search(actor: Actor, *, search_id: UUID) -> None:
    with transaction() as tx:
        tx.delete(_own(tx, actor, search_id))


def mark_seen(actor: Actor, *, search_id: UUID) -> None:
    """Its owner has read what is new: it is not new any more."""
    with transaction() as tx:
        _own(tx, actor, search_id).fresh = []


def look_again() -> None:
    """The directory changed: searches that tell at once look again at the next tick, together."""
    waiting = (SavedSearch.frequency == AlertFrequency.IMMEDIATE, SavedSearch.due_at.is_(None))
    if session().scalar(select(SavedSearch.id).where(*waiting).limit(1)) is None:
        return
    with transaction() as tx:
        tx.execute(update(SavedSearch).where(*waiting).values(due_at=clock.now()))


def run_due_searches(now: datetime) -> int:
    """Run the searches that are due; returns how many had something new."""
    return sum(_run(search_id, now) for search_id in queries.due_searches(session(), now, BATCH))


def _run(search_id: UUID, now: datetime) -> bool:
    """The next run is set before searching: a change meanwhile asks for another."""
    with transaction() as tx:
        saved = tx.get(SavedSearch, search_id, with_for_update=True, populate_existing=True)
        if saved is None or saved.due_at is None or saved.due_at > now:
            return False
        saved.due_at = _next(saved.frequency, now)
        params = saved.params
    found = _found(session(), codes.to_state(params))
    with transaction() as tx:
        saved = tx.get(SavedSearch, search_id, with_for_update=True, populate_existing=True)
        if saved is None:
            return False
        if found is None:
            saved.due_at = now + LATER
            return False
        return _tell(tx, saved, found, now)


def _tell(tx: Session, saved: SavedSearch, found: list[str], now: datetime) -> bool:
    appeared = _changed_since(tx, set(found) - set(saved.known), saved.last_run_at)
    saved.fresh = [one for one in found if one in appeared or one in saved.fresh]
    saved.known, saved.last_run_at = found, now
    if not appeared:
        return False
    told = recipients_for_users(tx, [saved.user_id], org_id=saved.org_id)
    post(
        tx, notice=notices.of_search(saved.id), recipients=told, dedup_key=f"saved_search:{saved.id}:{now.isoformat()}"
    )
    return True


def _changed_since(tx: Session, ids: set[str], since: datetime) -> set[str]:
    """Of what was not there last time, what really changed: ranks move by themselves at the end of a long list."""
    if not ids:
        return set()
    recent = Service.updated_at >= since - PROJECTED_WITHIN
    changed = select(Service.id).where(Service.id.in_([UUID(one) for one in ids]), recent)
    return {str(one) for one in tx.scalars(changed)}


def _found(current: Session, state: SearchState) -> list[str] | None:
    """Ids of what answers the search itself, widening aside; None while the engine is away."""
    found: Results = searching.run(current, None, state.understood, searching.request_of(state, DEEPEST))
    if found.degraded:
        return None
    exact = [line for line in found.lines if line.widening is None]
    return list(dict.fromkeys(one for line in exact for one in (str(line.card.id), *line.grouped_ids)))


def _next(frequency: str, now: datetime | None = None) -> datetime | None:
    interval = _INTERVALS.get(AlertFrequency(frequency))
    return (now or clock.now()) + interval if interval else None


def _own(tx: Session, actor: Actor, search_id: UUID) -> SavedSearch:
    saved = queries.saved_search(tx, actor, search_id, lock=True)
    if saved is None:
        raise NotFound()
    return saved


def _name(text: str) -> str:
    if not text or len(text) > LONGEST_NAME:
        raise Invalid(fields={"name": f"Donnez un nom, de {LONGEST_NAME} caractères au plus."})
    return text


def _frequency(text: str) -> AlertFrequency:
    if text not in list(AlertFrequency):
        raise Invalid(fields={"frequency": "Choisissez l’une des réponses proposées."})
    return AlertFrequency(text)
