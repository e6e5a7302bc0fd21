"""After a session: who was there, and what they think of it, counted."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from maillage.kernel import audit
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Invalid, NotFound
from maillage.kernel.scope import unscoped
from maillage.network.events import policy, queries
from maillage.network.events.codes import QUESTIONS, SCALE, Act, Seat, State
from maillage.network.events.models import Event, Registration
from maillage.network.events.notices import Occasion
from maillage.network.events.service import telling
from maillage.network.events.service.seats import PLACES, hold

Tally = Mapping[str, Any]


def record(actor: Actor, *, event_id: UUID, present: Collection[UUID]) -> None:
    """Note who of those with a place was there; the session is over. It may be corrected later."""
    with transaction() as session:
        found = queries.stance(session, actor, event_id, Act.RECORD)
        if not policy.has_begun(found.event):
            raise Conflict("La session n’a pas encore commencé.")
        with unscoped(PLACES, Event, Registration):
            event = hold(session, event_id)
            policy.check(found.who, event, Act.RECORD)
            seated = select(Registration).where(Registration.event_id == event_id, Registration.state == Seat.SEATED)
            for row in session.scalars(seated):
                row.attended = row.id in present
            event.state = State.HELD
            session.flush()
        telling.tell(session, event, Occasion.RATE)
        audit.record(session, actor, "event.recorded", "event", event_id, present=len(present))


def rate(actor: Actor, *, event_id: UUID, answers: Mapping[str, str]) -> None:
    """Count one's opinion, once, among the others'. Nothing tells whose it was: what is not counted with enough others
    yet is not shown, and no row, date or entry of the journal goes with it."""
    if answers.keys() != QUESTIONS.keys() or not set(answers.values()) <= SCALE.keys():
        raise Invalid("Répondez à chaque question.")
    with transaction() as session:
        found = queries.stance(session, actor, event_id, Act.RATE)
        if not found.attended or found.registration is None:
            raise NotFound()
        own = found.registration.id
        with unscoped(PLACES, Event, Registration):
            event = hold(session, event_id)
            row = session.get_one(Registration, own, populate_existing=True)
            if row.rated:
                raise Conflict("Vous avez déjà donné votre avis : merci.")
            row.rated = True
            unshown = _added(event.unshown, {question: {answer: 1} for question, answer in answers.items()})
            if counted(unshown) >= policy.ENOUGH_RATINGS:
                event.ratings, unshown = _added(event.ratings, unshown), {}
            event.unshown = unshown


def counted(tally: Tally) -> int:
    """How many opinions are in a tally: everybody answers every question."""
    return sum(next(iter(tally.values()), {}).values())


def _added(one: Tally, other: Tally) -> dict[str, Any]:
    return {
        question: {
            answer: one.get(question, {}).get(answer, 0) + other.get(question, {}).get(answer, 0) for answer in SCALE
        }
        for question in QUESTIONS
    }
