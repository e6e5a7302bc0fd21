"""Who may do what with a resource: a table."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final
from uuid import UUID

from maillage.kernel.actor import Actor
from maillage.kernel.errors import Forbidden, NotFound
from maillage.network.resources.models import Resource


class Part(StrEnum):
    """Who somebody is for a resource."""

    STRANGER = "stranger"
    READER = "reader"
    AUTHOR = "author"
    ANIMATOR = "animator"  # leads its group, or coordinates its network


class Deed(StrEnum):
    READ = "read"
    USE = "use"
    REVISE = "revise"
    WITHDRAW = "withdraw"


ALLOWED: Final[dict[Deed, frozenset[Part]]] = {
    Deed.READ: frozenset({Part.READER, Part.AUTHOR, Part.ANIMATOR}),
    Deed.USE: frozenset({Part.READER, Part.AUTHOR, Part.ANIMATOR}),
    Deed.REVISE: frozenset({Part.AUTHOR, Part.ANIMATOR}),
    Deed.WITHDRAW: frozenset({Part.AUTHOR, Part.ANIMATOR}),
}


def part_of(actor: Actor, resource: Resource, *, groups: Collection[UUID], networks: Collection[UUID],
            leads: Collection[UUID], coordinates: UUID | None) -> Part:  # fmt: skip
    """`groups`, `networks`: where the actor is now; `leads`: groups that they animate; `coordinates`: their network.

    Who wrote it stays its author as long as they are where it is shared.
    """
    if resource.network_id == coordinates or resource.group_id in leads:
        return Part.ANIMATOR
    inside = resource.group_id in groups
    if not inside and not (resource.audience == "network" and resource.network_id in networks):
        return Part.STRANGER
    author = resource.user_id == actor.user_id and resource.org_id == actor.org_id
    return Part.AUTHOR if author and inside else Part.READER


def ensure(part: Part, deed: Deed) -> None:
    """Raises NotFound when it does not exist for them, Forbidden when it does and this is not theirs to do."""
    if part in ALLOWED[deed]:
        return
    raise Forbidden() if part in ALLOWED[Deed.READ] else NotFound()
