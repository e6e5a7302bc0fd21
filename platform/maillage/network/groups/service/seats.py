"""Writing who is in a group: the one place that does it for others than the coordination, once a verb allowed it."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from maillage.kernel import clock
from maillage.kernel.scope import unscoped
from maillage.network.groups.models import Group, GroupEntry, GroupMember

SEATS = "who is in a group is written by its verbs alone"


def take(session: Session, entry: GroupEntry) -> None:
    """Let in whoever asked, or was asked to come."""
    network_id = session.get_one(Group, entry.group_id).network_id
    seat = GroupMember(
        group_id=entry.group_id, network_id=network_id, user_id=entry.user_id, org_id=entry.org_id, since=clock.now()
    )
    with unscoped(SEATS, GroupMember):
        session.add(seat)
        session.flush()


def change(session: Session, member_id: UUID, **values: object) -> None:
    with unscoped(SEATS, GroupMember):
        session.execute(update(GroupMember).where(GroupMember.id == member_id).values(**values))
