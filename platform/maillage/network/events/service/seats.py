"""Places: whoever is first has one, the others wait in their order, and one that is given back goes to the next.

Whoever changes places holds the row of the session. It is written for everybody in it, whom its walls do not show to
one another: the right to act is asked within the walls first, and the places are counted outside them.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden
from maillage.kernel.ids import new_id
from maillage.kernel.scope import unscoped
from maillage.network.events import policy, queries
from maillage.network.events.codes import Act, Seat
from maillage.network.events.models import Event, Registration
from maillage.network.events.notices import Occasion
from maillage.network.events.service import telling

PLACES: Final = "the places of a session are counted for everybody in it"
TWICE: Final = "Vous êtes déjà inscrit à cette session."
NOT_IN: Final = "Vous n’êtes pas inscrit à cette session."


def sign_up(actor: Actor, *, event_id: UUID) -> Seat:
    """Take a place, or the next number of the waiting list. Raises Conflict for who has one already."""
    with transaction() as session:
        found = queries.stance(session, actor, event_id, Act.SIGN_UP)
        if actor.user_id is None or actor.org_id is None:
            raise Forbidden()
        through = found.event.group_id if found.event.group_id in found.seats else next(iter(found.seats), None)
        with unscoped(PLACES, Event, Registration):
            event = hold(session, event_id)
            _ensure_still(event, Act.SIGN_UP, found)
            if _own(session, event_id, actor.user_id) is not None:
                raise Conflict(TWICE)
            row = Registration(
                id=new_id(), event_id=event_id, network_id=event.network_id, host_id=event.group_id, group_id=through
            )
            row.user_id, row.org_id = actor.user_id, actor.org_id
            _place(event, row)
            session.add(row)
            session.flush()
        audit.record(session, actor, "event.signed_up", "event", event_id)
        return Seat(row.state)


def give_back(actor: Actor, *, event_id: UUID) -> None:
    """Leave one's place or the waiting list; the next one there moves up and is told."""
    with transaction() as session:
        found = queries.stance(session, actor, event_id, Act.GIVE_BACK)
        if actor.user_id is None:
            raise Forbidden()
        with unscoped(PLACES, Event, Registration):
            event = hold(session, event_id)
            _ensure_still(event, Act.GIVE_BACK, found)
            row = _own(session, event_id, actor.user_id)
            if row is None:
                raise Conflict(NOT_IN)
            if row.state == Seat.SEATED:
                event.taken -= 1
            else:
                event.waiting -= 1
            row.state, row.given_back_at = Seat.GIVEN_BACK, clock.now()
            session.flush()
            fill(session, event)
        audit.record(session, actor, "event.given_back", "event", event_id)


def hold(session: Session, event_id: UUID) -> Event:
    """The session as it is now, that nobody else changes until this transaction ends."""
    query = select(Event).where(Event.id == event_id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one()


def fill(session: Session, event: Event) -> None:
    """Give free places to those who wait, in their order, and have them told. The caller holds the session."""
    free = event.places - event.taken
    if free <= 0 or not event.waiting:
        return
    waiting = select(Registration).where(Registration.event_id == event.id, Registration.state == Seat.WAITING)
    for row in session.scalars(waiting.order_by(Registration.number).limit(free)).all():
        row.state = Seat.SEATED
        event.taken += 1
        event.waiting -= 1
        telling.tell(session, event, Occasion.SEATED, only=row)


def _place(event: Event, row: Registration) -> None:
    event.last_number += 1
    row.number = event.last_number
    if event.taken < event.places:
        row.state = Seat.SEATED
        event.taken += 1
    else:
        row.state = Seat.WAITING
        event.waiting += 1


def _ensure_still(event: Event, act: Act, found: queries.Stance) -> None:
    """Asked again once the session is held: it may have been closed meanwhile."""
    policy.check(found.who, event, act)
    _ensure_ahead(event, clock.now())


def _ensure_ahead(event: Event, now: datetime) -> None:
    if policy.has_begun(event, now):
        raise Conflict(policy.BEGUN)


def _own(session: Session, event_id: UUID, user_id: UUID) -> Registration | None:
    """As it is now: somebody may have moved up since it was read to say who acts."""
    mine = (Registration.event_id == event_id, Registration.user_id == user_id)
    query = select(Registration).where(*mine, Registration.state != Seat.GIVEN_BACK)
    return session.scalar(query.execution_options(populate_existing=True))
