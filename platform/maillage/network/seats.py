"""Where the actor sits in networks: their groups, and the network that they coordinate."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.network.groups import policy
from maillage.network.groups.models import GroupMember, Network


@dataclass(frozen=True, slots=True)
class Seats:
    """`groups`: the network of each group where the actor is now; `leads`: those of them that they animate."""

    groups: dict[UUID, UUID] = field(default_factory=dict)
    leads: frozenset[UUID] = frozenset()
    coordinates: UUID | None = None

    @property
    def networks(self) -> frozenset[UUID]:
        return frozenset(self.groups.values())

    def animates(self, group_id: UUID | None) -> bool:
        return group_id in self.leads


def seats(session: Session, actor: Actor) -> Seats:
    """One statement, and a second for who coordinates."""
    if not actor.can(policy.TAKE_PART):
        return Seats()
    mine = select(GroupMember.group_id, GroupMember.network_id, GroupMember.is_lead).where(
        GroupMember.user_id == actor.user_id, GroupMember.org_id == actor.org_id, GroupMember.until.is_(None)
    )
    rows = session.execute(mine).all()
    owned = None
    if actor.can(policy.COORDINATE):
        owned = session.scalar(select(Network.id).where(Network.org_id == actor.org_id))
    leading = (row.group_id for row in rows if row.is_lead and actor.can(policy.LEAD))
    return Seats({row.group_id: row.network_id for row in rows}, frozenset(leading), owned)
