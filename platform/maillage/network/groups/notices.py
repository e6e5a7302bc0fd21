"""The words of our notices: they name no group and nobody."""

from typing import Final

from maillage.network.groups.models import GroupEntry
from maillage.notifications import kinds
from maillage.notifications.kinds import Group
from maillage.notifications.values import Notice

JOB_OPENED: Final = "groups.entry_opened"
JOB_ANSWERED: Final = "groups.entry_answered"
JOB_LEAD: Final = "groups.lead_changed"

ENTRY = kinds.register_plain("group.entry", "Demandes et invitations à rejoindre un groupe", Group.NETWORK)
LEAD = kinds.register_plain("group.lead", "Un groupe du réseau change de mains", Group.NETWORK)


def to_animators(entry: GroupEntry) -> Notice:
    return Notice(ENTRY.code, f"/reseau/groupes/{entry.group_id}/membres", entry.id)


def to_the_person(entry: GroupEntry) -> Notice:
    return Notice(ENTRY.code, "/reseau", entry.id)


def of_lead(group_id: str) -> Notice:
    return Notice(LEAD.code, f"/reseau/groupes/{group_id}")
