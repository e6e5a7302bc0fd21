"""Who is away, and who stands in for them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.models import Membership
from maillage.accounts.queries.people import who_reads
from maillage.kernel import clock
from maillage.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Absence:
    """`last` is the last day away."""

    first: date
    last: date
    substitute_id: UUID | None


def absence(session: Session, actor: Actor) -> Absence | None:
    """The actor's own from their organisation, now or to come."""
    row = session.scalar(
        select(Membership).where(
            Membership.user_id == actor.user_id,
            Membership.org_id == actor.org_id,
            Membership.away_until >= clock.today(actor.country),
        )
    )
    if row is None or row.away_from is None or row.away_until is None:
        return None
    return Absence(row.away_from, row.away_until, row.substitute_id)


def stand_ins(session: Session, org_id: UUID, user_ids: Collection[UUID]) -> set[UUID]:
    """The colleagues who stand in today for those of `user_ids` who are away, and read their work by the rule of the
    house."""
    today = clock.today()
    away = session.execute(
        select(Membership.user_id, Membership.substitute_id).where(
            Membership.org_id == org_id,
            Membership.user_id.in_(list(user_ids)),
            Membership.away_from <= today,
            Membership.away_until >= today,
            Membership.substitute_id.is_not(None),
        )
    ).all()
    found = set()
    for user_id, substitute_id in away:
        readers = who_reads(session, org_id, [user_id])
        if substitute_id is not None and (readers is None or substitute_id in readers):
            found.add(substitute_id)
    return found
