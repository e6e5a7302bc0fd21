"""A newcomer's first steps, ticked off one by one."""

from uuid import UUID

from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import NotFound
from maillage.network.groups import queries
from maillage.network.groups.service import seats
from maillage.network.groups.steps import STEPS


def mark_step(actor: Actor, *, group_id: UUID, code: str, done: bool) -> None:
    """Tick a step of one's own welcome, or untick it. Raises NotFound for an unknown step, and for who is no member."""
    with transaction() as session:
        mine = queries.standing(session, actor, group_id).membership
        if mine is None or code not in STEPS:
            raise NotFound()
        kept = {*mine.welcomed, code} if done else {*mine.welcomed} - {code}
        welcomed = [one for one in STEPS if one in kept]
        seats.change(session, mine.id, welcomed=welcomed)
