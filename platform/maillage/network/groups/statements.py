"""The statements of `queries`, written once, with parameters: building one anew at each request takes longer than
SQLite takes to answer it.

`me` and `here` are who asks, and for which organisation.
"""

from typing import Final

from sqlalchemy import String, Uuid, and_, bindparam, exists, func, select, tuple_

from maillage.accounts.models import Membership, Organization, User
from maillage.network.groups.models import EntryKind, Group, GroupEntry, GroupMember, Network, NetworkCompany

PAGE: Final = 25  # groups in a list

MINE: Final = (
    GroupMember.user_id == bindparam("me"),
    GroupMember.org_id == bindparam("here"),
    GroupMember.until.is_(None),
)
MINE_OPEN: Final = (
    GroupEntry.user_id == bindparam("me"),
    GroupEntry.org_id == bindparam("here"),
    GroupEntry.answered_at.is_(None),
)
OURS: Final = NetworkCompany.org_id == bindparam("here"), NetworkCompany.until.is_(None)
PRESENT: Final = and_(GroupMember.until.is_(None), Membership.ended_at.is_(None), User.active)
MY_GROUPS: Final = (
    select(Group.id, Group.name, Group.territory, Network.name.label("network_name"), GroupMember.is_lead)
    .join(GroupMember, GroupMember.group_id == Group.id)
    .join(Network, Network.id == Group.network_id)
    .where(*MINE)
    .order_by(Network.name, Group.name, Group.id)
)
ASKED: Final = (
    select(func.count())
    .where(GroupEntry.group_id == Group.id, GroupEntry.answered_at.is_(None), GroupEntry.kind == EntryKind.REQUEST)
    .correlate(Group)
    .scalar_subquery()
)
STANDING: Final = (
    select(
        Group,
        Network,
        GroupMember,
        exists().where(NetworkCompany.network_id == Group.network_id, *OURS).label("company"),
        ASKED.label("asked"),
    )
    .join(Network, Network.id == Group.network_id)
    .outerjoin(GroupMember, and_(GroupMember.group_id == Group.id, *MINE))
    .where(Group.id == bindparam("group_id"))
)
SEAT: Final = exists().where(GroupMember.network_id == Network.id, *MINE)
NETWORK: Final = (
    select(Network)
    .where(SEAT | exists().where(NetworkCompany.network_id == Network.id, *OURS))
    .order_by((~SEAT), Network.name, Network.id)
    .limit(1)
)
OWNED: Final = select(Network).where(Network.org_id == bindparam("here"))
OFFERED: Final = (
    select(Group.id, Group.name, Group.territory, Network.name.label("network_name"))
    .join(Network, Network.id == Group.network_id)
    .join(NetworkCompany, NetworkCompany.network_id == Network.id)
    .where(
        *OURS,
        Group.id.not_in(select(GroupMember.group_id).where(*MINE)),
        Group.id.not_in(select(GroupEntry.group_id).where(*MINE_OPEN)),
    )
    .order_by(Network.name, Group.name, Group.id)
    .limit(PAGE + 1)
)
OFFERED_AFTER: Final = tuple_(Network.name, Group.name, Group.id) > tuple_(
    bindparam("network", type_=String), bindparam("name", type_=String), bindparam("last", type_=Uuid)
)
PEOPLE: Final = (
    select(
        GroupMember.id.label("member_id"),
        GroupMember.user_id,
        GroupMember.org_id,
        User.name,
        User.email,
        func.coalesce(Membership.job_title, "").label("job_title"),
        Organization.name.label("org_name"),
        GroupMember.is_lead,
        Membership.roles,
        GroupMember.since,
        GroupMember.until,
    )
    .join(User, User.id == GroupMember.user_id)
    .join(Organization, Organization.id == GroupMember.org_id)
    .join(Membership, and_(Membership.user_id == User.id, Membership.org_id == Organization.id))
    .where(GroupMember.group_id == bindparam("group_id"))
)
PEERS: Final = PEOPLE.where(PRESENT).order_by(GroupMember.is_lead.desc(), User.name, GroupMember.id)
FIRST_PEERS: Final = PEERS.add_columns(func.count().over().label("together")).limit(bindparam("most"))
FORMER_PEERS: Final = (
    PEOPLE.where(GroupMember.until.is_not(None) | Membership.ended_at.is_not(None))
    .order_by(GroupMember.until.desc(), User.name, GroupMember.id)
    .limit(100)
)
MEMBERS: Final = (
    select(func.count())
    .select_from(GroupMember)
    .where(GroupMember.group_id == Group.id, GroupMember.until.is_(None))
    .correlate(Group)
    .scalar_subquery()
)
GROUPS: Final = (
    select(Group.id, Group.name, Group.territory, MEMBERS.label("members"))
    .where(Group.network_id == bindparam("network_id"))
    .order_by(Group.name, Group.id)
    .limit(PAGE + 1)
)
GROUPS_AFTER: Final = tuple_(Group.name, Group.id) > tuple_(
    bindparam("name", type_=String), bindparam("last", type_=Uuid)
)
LEADS: Final = (
    select(GroupMember.group_id, User.name)
    .join(User, User.id == GroupMember.user_id)
    .join(Membership, and_(Membership.user_id == User.id, Membership.org_id == GroupMember.org_id))
    .where(GroupMember.group_id.in_(bindparam("groups", expanding=True)), GroupMember.is_lead, PRESENT)
    .order_by(User.name)
)
OWN_ENTRIES: Final = (
    select(GroupEntry, Group.name)
    .join(Group, Group.id == GroupEntry.group_id)
    .where(*MINE_OPEN)
    .order_by(GroupEntry.at, GroupEntry.id)
)
ENTRIES: Final = (
    select(GroupEntry, User.name, Organization.name)
    .join(User, User.id == GroupEntry.user_id)
    .join(Organization, Organization.id == GroupEntry.org_id)
    .where(GroupEntry.group_id == bindparam("group_id"), GroupEntry.answered_at.is_(None))
    .order_by(GroupEntry.at, GroupEntry.id)
)
