"""Who somebody is for a question, and what they may do with it now."""

from typing import Final
from uuid import UUID

from maillage.kernel.actor import Actor
from maillage.kernel.errors import Conflict, Forbidden, NotFound
from maillage.network.groups.models import Audience
from maillage.network.questions.models import Question
from maillage.network.questions.states import Deed, Role, Step, ever, step_for
from maillage.network.seats import Seats

MOVED: Final = "Cette question a changé entre-temps : relisez-la avant de continuer."


def roles_of(actor: Actor, seats: Seats, question: Question) -> frozenset[Role]:
    """Empty for whom it does not exist."""
    coordinates = question.network_id == seats.coordinates
    shared = question.audience == Audience.NETWORK and question.network_id in seats.networks
    inside = question.group_id in seats.groups
    if not (coordinates or shared or inside):
        return frozenset()
    held = {Role.PEER}
    if question.user_id == actor.user_id and question.org_id == actor.org_id:
        held.add(Role.ASKER)
    if seats.animates(question.group_id):
        held.add(Role.LEAD)
    if coordinates:
        held.add(Role.COORDINATOR)
    return frozenset(held)


def ensure(deed: Deed, roles: frozenset[Role], question: Question) -> Step:
    """The step to take. Raises NotFound, Forbidden when it is never theirs, Conflict when it is not now."""
    if not roles:
        raise NotFound()
    step = step_for(deed, roles, question.status, question.level)
    if step is None:
        raise Conflict(MOVED) if ever(deed, roles) else Forbidden()
    return step


def may_withdraw(actor: Actor, roles: frozenset[Role], author_id: UUID) -> bool:
    """Its author, and who animates."""
    return author_id == actor.user_id or bool(roles & {Role.LEAD, Role.COORDINATOR})
