"""Verbs of networks and groups. Other domains call them through this package."""

from maillage.network.groups.service.founding import (
    GroupContent,
    add_company,
    change_group,
    create_group,
    create_network,
    end_company,
)

__all__ = [
    "GroupContent",
    "add_company",
    "change_group",
    "create_group",
    "create_network",
    "end_company",
]
