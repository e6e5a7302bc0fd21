"""Verbs of networks and groups. Other domains call them through this package."""

from maillage.network.groups.service.founding import (
    GroupContent,
    add_company,
    change_group,
    create_group,
    create_network,
    end_company,
)
from maillage.network.groups.service.joining import ask, invite, respond
from maillage.network.groups.service.leading import COORDINATION, end_lead, name_lead, remove, step_down
from maillage.network.groups.service.welcoming import mark_step

__all__ = [
    "COORDINATION",
    "GroupContent",
    "add_company",
    "ask",
    "change_group",
    "create_group",
    "create_network",
    "end_company",
    "end_lead",
    "invite",
    "mark_step",
    "name_lead",
    "remove",
    "respond",
    "step_down",
]
