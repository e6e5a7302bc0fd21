"""Whether the actor's own organisation follows somebody like this already. Nobody can ask by a name: only a situation
that was written down is compared, with those of the same organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from maillage.kernel.actor import Actor
from maillage.referrals.household.models import HouseholdPerson
from maillage.referrals.models import Situation
from maillage.referrals.queries.scope import existing_situations, visible_situations
from maillage.referrals.similar.digests import Kind
from maillage.referrals.similar.models import SituationDigest

MOST: Final = 3


@dataclass(frozen=True, slots=True)
class Similar:
    """A situation close to another one; of one that a colleague follows, only that there is one."""

    situation_id: UUID | None
    reference: str | None


def similar(session: Session, actor: Actor, situation_id: UUID) -> Sequence[Similar]:
    """Situations of the actor's organisation that look like this one, which was loaded for the actor.

    Somebody barred, and whoever may not read what is kept apart, is not told that there is one.
    """
    mine, other = aliased(SituationDigest), aliased(SituationDigest)
    same = and_(other.org_id == mine.org_id, other.digest == mine.digest, other.situation_id != mine.situation_id)
    dated = [_dated(one.situation_id) for one in (mine, other)]
    # Two days of birth that differ are two persons of one name.
    alike = select(other.situation_id).join(mine, same).where(mine.situation_id == situation_id)
    alike = alike.where(or_(mine.kind != Kind.NAME, ~and_(*dated)))
    # Those of one household have a phone, and sometimes a name, in common.
    one, they = aliased(HouseholdPerson), aliased(HouseholdPerson)
    beside = select(they.situation_id).join(one, one.household_id == they.household_id)
    found = session.scalars(
        existing_situations(actor)
        .where(Situation.id.in_(alike), Situation.id.not_in(beside.where(one.situation_id == situation_id)))
        .order_by(Situation.updated_at.desc(), Situation.id)
        .limit(MOST)
    ).all()
    if not found:
        return []
    readable = visible_situations(actor).where(Situation.id.in_([row.id for row in found]))
    opens = {row.id for row in session.scalars(readable)}
    shown = [Similar(row.id, row.reference) for row in found if row.id in opens]
    return shown if len(shown) == len(found) else [*shown, Similar(None, None)]


def _dated(situation_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    it = aliased(SituationDigest)
    return exists().where(it.situation_id == situation_id, it.kind == Kind.BORN)
