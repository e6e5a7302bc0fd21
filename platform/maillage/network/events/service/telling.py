"""Who is told of what happens to a session. Recipients are found in the job."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.queries import recipients_among
from maillage.kernel import outbox
from maillage.kernel.db import transaction
from maillage.network.events import notices, policy
from maillage.network.events.codes import Seat, State
from maillage.network.events.models import Event, Registration
from maillage.network.events.notices import Occasion
from maillage.notifications.service import post

_TOLD = {
    Occasion.SEATED: (Seat.SEATED,),
    Occasion.MOVED: (Seat.SEATED, Seat.WAITING),
    Occasion.CANCELLED: (Seat.SEATED, Seat.WAITING),
    Occasion.SOON: (Seat.SEATED,),
    Occasion.RATE: (Seat.SEATED,),
}


def tell(session: Session, event: Event, occasion: Occasion, *, only: Registration | None = None) -> None:
    """Write, in the caller's transaction, that those who signed up are to be told; or `only` one of them."""
    payload = {"event_id": str(event.id), "occasion": occasion.value, "mark": str(event.sequence)}
    if only is not None:
        payload["registration_id"] = str(only.id)
    outbox.enqueue(session, notices.JOB_TELL, payload)


def tell_them(event_id: UUID, occasion: Occasion, mark: str, registration_id: UUID | None) -> None:
    """The same twice tells nobody twice."""
    with transaction() as session:
        people = select(Registration.user_id, Registration.org_id).where(
            Registration.event_id == event_id, Registration.state.in_(_TOLD[occasion])
        )
        if registration_id is not None:
            people = people.where(Registration.id == registration_id)
        if occasion is Occasion.RATE:
            people = people.where(Registration.attended.is_(True))
        post(
            session,
            notice=notices.of(event_id, occasion),
            recipients=recipients_among(session, people),
            dedup_key=f"event:{event_id}:{occasion}:{registration_id or mark}",
        )


def remind(now: datetime) -> None:
    """Remind those who have a place, at each of the distances of the policy, of a date that stands since before it."""
    for before in policy.REMINDED_BEFORE:
        with transaction() as session:
            near = (Event.starts_at > now, Event.starts_at <= now + before)
            ahead = select(Event).where(Event.state.in_((State.OPEN, State.CLOSED)), *near)
            due = [(event.id, event.sequence) for event in session.scalars(ahead)]
        for event_id, sequence in due:
            tell_them(event_id, Occasion.SOON, f"{sequence}:{before.days}", None)
