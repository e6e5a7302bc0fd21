"""Who may do what with a session: pure rules over the tables of `codes`.

Whom a session is not for gets NotFound before any of this. Who knows it but is not the one to act gets Forbidden; who
may, but not as things stand, gets Conflict.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.errors import Conflict, Forbidden
from maillage.network.events.codes import RIGHTS, Act, State, Who
from maillage.network.events.models import Event
from maillage.network.groups.models import Audience
from maillage.network.groups.policy import LEAD, TAKE_PART, coordinates

MOST_PLACES: Final = 5000
MOST_DATES: Final = 6
MOST_MATERIALS: Final = 12
MOST_NEEDS: Final = 6
FURTHEST: Final = timedelta(days=730)
LONGEST: Final = timedelta(hours=12)  # one date of a session
ENOUGH_RATINGS: Final = 5
REMINDED_BEFORE: Final = (timedelta(days=7), timedelta(days=1))
BEGUN: Final = "La session a commencé : les inscriptions ne changent plus."
MOVED_ON: Final = "Cette action n’est plus possible : la session a changé d’étape."


def who_is(
    actor: Actor, *, owner_id: UUID, host_id: UUID | None, audience: str, seats: Mapping[UUID, bool]
) -> Who | None:
    """Who the actor is for what a group holds (None: the coordination); None for whom it does not exist.

    `seats`: the groups of the network that they are in, and whether they lead them."""
    if not actor.can(TAKE_PART):
        return None
    leads = actor.can(LEAD) and any(group_id == host_id and is_lead for group_id, is_lead in seats.items())
    if leads or coordinates(actor, owner_id):
        return Who.ORGANIZER
    within = bool(seats) if audience == Audience.NETWORK else host_id in seats
    return Who.MEMBER if within else None


def allowed(who: Who, state: str, act: Act) -> bool:
    return State(state) in RIGHTS[act].get(who, ())


def check(who: Who, event: Event, act: Act) -> None:
    """Raises Forbidden to whom it is never given, Conflict to whom it is not given now."""
    if who not in RIGHTS[act]:
        raise Forbidden("Seule l’organisation de la session peut le faire.")
    if not allowed(who, event.state, act):
        raise Conflict(MOVED_ON)


def has_begun(event: Event, now: datetime | None = None) -> bool:
    return event.starts_at <= (now or clock.now())


def dates_refusal(spans: list[tuple[datetime, datetime]]) -> str | None:
    """Why a session cannot be held then; None when it can."""
    now = clock.now()
    if not spans:
        return "Indiquez au moins une date."
    if any(end <= start or end - start > LONGEST for start, end in spans):
        return "Chaque date finit après son début, le jour même."
    if spans[0][0] <= now:
        return "Choisissez une date à venir."
    if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
        return "Deux dates se chevauchent."
    return "Choisissez des dates d’ici deux ans." if spans[-1][1] > now + FURTHEST else None
