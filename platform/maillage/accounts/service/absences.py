"""Being away for some days, and who is told meanwhile."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.models import Membership
from maillage.accounts.queries import colleagues
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Invalid, NotFound

LONGEST: Final = timedelta(days=366)


def announce_absence(actor: Actor, *, first: date, last: date, substitute_id: UUID | None) -> None:
    """Say when one is away from the actor's organisation, and which colleague is told meanwhile. Raises Invalid."""
    if last < first:
        raise Invalid(fields={"last": "Le retour ne peut pas venir avant le départ."})
    if last < clock.today(actor.country):
        raise Invalid(fields={"last": "Cette date est passée."})
    if last - first > LONGEST:
        raise Invalid(fields={"last": "Un an au plus."})
    with transaction() as session:
        row = _own(session, actor)
        others = {one.user_id for one in colleagues(session, row.org_id)} - {actor.user_id}
        if substitute_id is not None and substitute_id not in others:
            raise Invalid(fields={"substitute": "Cette personne ne travaille pas dans votre organisation."})
        row.away_from, row.away_until, row.substitute_id = first, last, substitute_id
        audit.record(session, actor, "member.away", "user", actor.user_id)


def end_absence(actor: Actor) -> None:
    """Be back, or not leave after all."""
    with transaction() as session:
        row = _own(session, actor)
        row.away_from = row.away_until = row.substitute_id = None
        audit.record(session, actor, "member.back", "user", actor.user_id)


def _own(session: Session, actor: Actor) -> Membership:
    mine = (Membership.user_id == actor.user_id, Membership.org_id == actor.org_id, Membership.ended_at.is_(None))
    found = session.scalar(select(Membership).where(*mine).with_for_update())
    if found is None:
        raise NotFound()
    return found
