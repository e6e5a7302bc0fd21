"""Where the actor sits in networks: their groups, and the network that they coordinate."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.network.groups import policy
from maillage.network.groups.models import GroupMember, Network
from maillage.network.groups.queries import Standing


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


_MINE: Final = select(GroupMember.group_id, GroupMember.network_id, GroupMember.is_lead).where(
    GroupMember.user_id == bindparam("me"), GroupMember.org_id == bindparam("here"), GroupMember.until.is_(None)
)
_OWNED: Final = select(Network.id).where(Network.org_id == bindparam("here"))


def seats(session: Session, actor: Actor) -> Seats:
    """One statement, and a second for who coordinates."""
    if not actor.can(policy.TAKE_PART):
        return Seats()
    rows = session.execute(_MINE, {"me": actor.user_id, "here": actor.org_id}).all()
    owned = session.scalar(_OWNED, {"here": actor.org_id}) if actor.can(policy.COORDINATE) else None
    leading = (row.group_id for row in rows if row.is_lead and actor.can(policy.LEAD))
    return Seats({row.group_id: row.network_id for row in rows}, frozenset(leading), owned)


def seats_in(actor: Actor, stands: Standing) -> Seats:
    """Those of them that one group gives, where the actor has shown how they stand to it; nothing is read."""
    group, mine = stands.group, stands.membership
    return Seats(
        {group.id: group.network_id} if mine is not None else {},
        frozenset({group.id} if mine is not None and mine.is_lead and actor.can(policy.LEAD) else ()),
        group.network_id if stands.part is policy.Part.COORDINATOR else None,
    )
