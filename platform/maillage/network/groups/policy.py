"""Who may do what in a group: a table, and who somebody is there."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from maillage.kernel.actor import Actor
from maillage.kernel.errors import Forbidden, NotFound

TAKE_PART: Final = "network.take_part"
LEAD: Final = "network.lead"
COORDINATE: Final = "network.coordinate"


class Part(StrEnum):
    """Who somebody is for a group."""

    STRANGER = "stranger"
    COMPANY = "company"  # works for a company of the network
    MEMBER = "member"
    LEAD = "lead"
    COORDINATOR = "coordinator"


class Deed(StrEnum):
    KNOW = "know"  # that it exists, and its name
    ASK = "ask"
    READ = "read"
    CONTRIBUTE = "contribute"
    ANIMATE = "animate"
    COORDINATE = "coordinate"


ALLOWED: Final[dict[Deed, frozenset[Part]]] = {
    Deed.KNOW: frozenset({Part.COMPANY, Part.MEMBER, Part.LEAD, Part.COORDINATOR}),
    Deed.ASK: frozenset({Part.COMPANY}),
    Deed.READ: frozenset({Part.MEMBER, Part.LEAD, Part.COORDINATOR}),
    Deed.CONTRIBUTE: frozenset({Part.MEMBER, Part.LEAD, Part.COORDINATOR}),
    Deed.ANIMATE: frozenset({Part.LEAD, Part.COORDINATOR}),
    Deed.COORDINATE: frozenset({Part.COORDINATOR}),
}


def part_of(actor: Actor, *, owner_id: UUID, company: bool, member: bool, is_lead: bool) -> Part:
    """`owner_id`: the organisation that coordinates the network. A lead whose organisation took the role back animates
    no more, and stays a member."""
    if not actor.can(TAKE_PART):
        return Part.STRANGER
    if coordinates(actor, owner_id):
        return Part.COORDINATOR
    if member:
        return Part.LEAD if is_lead and actor.can(LEAD) else Part.MEMBER
    return Part.COMPANY if company else Part.STRANGER


def coordinates(actor: Actor, owner_id: UUID) -> bool:
    return actor.org_id == owner_id and actor.can(COORDINATE)


def ensure(part: Part, deed: Deed) -> None:
    """Raises NotFound when the group does not exist for them, Forbidden when it does and this is not theirs to do."""
    if part in ALLOWED[deed]:
        return
    raise Forbidden() if part in ALLOWED[Deed.READ] else NotFound()
