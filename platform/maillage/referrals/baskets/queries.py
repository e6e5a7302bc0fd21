"""What waits at each partner, counted: no referral is read, and nothing tells one from another."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from maillage.accounts.models import Organization
from maillage.accounts.queries import user_names
from maillage.directory.queries import phones
from maillage.kernel.actor import Actor
from maillage.kernel.scope import unscoped
from maillage.referrals import ladder
from maillage.referrals.baskets.models import PartnerCall
from maillage.referrals.codes import Voice
from maillage.referrals.models import Referral
from maillage.referrals.states import State

MANY: Final = 5
MOST: Final = 200  # partners on the page, those that are most overdue first


class Basket(StrEnum):
    MANY = "many"
    SOME = "some"
    ONE = "one"


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner that lets something wait. `overdue`: every reminder was in vain."""

    org_id: UUID
    name: str
    pending: int
    unopened: int
    overdue: int
    phone: str
    called_at: datetime | None
    called_by: str

    @property
    def basket(self) -> Basket:
        if self.pending >= MANY:
            return Basket.MANY
        return Basket.SOME if self.pending > 1 else Basket.ONE


def partners(session: Session, actor: Actor) -> list[Partner]:
    """Those of the actor's country, a network not being told apart yet. Three statements, however many they are."""
    overdue = case(ladder.OVERDUE, value=Referral.urgency, else_=1)
    counts = (
        func.count().label("pending"),
        func.sum(case((Referral.state == State.SENT, 1), else_=0)).label("unopened"),
        func.sum(case((Referral.rung >= overdue, 1), else_=0)).label("overdue"),
    )
    waiting = (
        select(Organization.id, Organization.name, *counts)
        .join(Referral, Referral.receiver_org_id == Organization.id)
        .where(Organization.country == actor.country, Referral.state.in_((State.SENT, State.SEEN)))
        .where(Referral.receiver_org_id != Referral.sender_org_id, Referral.voice == Voice.OWN)
        .where(Referral.erased_at.is_(None))
        .group_by(Organization.id, Organization.name)
        .order_by(counts[2].desc(), counts[0].desc(), Organization.name)
        .limit(MOST)
    )
    with unscoped("a network lead counts what waits, and reads none of it", Referral):
        rows = session.execute(waiting).all()
    reached_at, called = phones(session, [row.id for row in rows]), _calls(session, actor)
    names = user_names(session, {user_id for user_id, _ in called.values()})
    return [
        Partner(
            org_id=row.id,
            name=row.name,
            pending=row.pending,
            unopened=row.unopened,
            overdue=row.overdue,
            phone=reached_at.get(row.id, ""),
            called_at=called[row.id][1] if row.id in called else None,
            called_by=names.get(called[row.id][0], "") if row.id in called else "",
        )
        for row in rows
    ]


def _calls(session: Session, actor: Actor) -> dict[UUID, tuple[UUID, datetime]]:
    """The last call to each partner: who made it, and when."""
    last = (
        select(PartnerCall.partner_id, func.max(PartnerCall.at).label("at"))
        .where(PartnerCall.org_id == actor.org_id)
        .group_by(PartnerCall.partner_id)
        .subquery()
    )
    rows = session.execute(
        select(PartnerCall.partner_id, PartnerCall.user_id, PartnerCall.at)
        .join(last, (last.c.partner_id == PartnerCall.partner_id) & (last.c.at == PartnerCall.at))
        .where(PartnerCall.org_id == actor.org_id)
    )
    return {partner_id: (user_id, at) for partner_id, user_id, at in rows}
