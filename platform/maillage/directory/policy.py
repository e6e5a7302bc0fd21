"""Who may read and change what in the directory. Pure functions of an actor (None: anybody passing by)."""

from enum import IntEnum
from uuid import UUID

from maillage.directory.vocabulary import AddressVisibility, ServiceStatus
from maillage.kernel.actor import Actor, Channel

READ_PROFESSIONAL = "directory.read_professional"
EDIT = "directory.edit"
MODERATE = "directory.moderate"
REFER = "referral.send"


class Disclosure(IntEnum):
    """How much of a place is shown."""

    NOTHING = 0
    COMMUNE = 1
    FULL = 2


def disclosure(visibility: str, owner: UUID, actor: Actor | None) -> Disclosure:
    """How much of an address this actor may read. An unknown visibility is `never`: it fails closed.

    The owner's own people need a professional's permission too: a volunteer sees what is assigned to them, no more.
    """
    if visibility == AddressVisibility.PUBLIC:
        return Disclosure.FULL
    if actor is not None and actor.org_id == owner and actor.can(READ_PROFESSIONAL):
        return Disclosure.FULL
    if visibility == AddressVisibility.COMMUNE_ONLY:
        return Disclosure.FULL if actor is not None and actor.can(MODERATE) else Disclosure.COMMUNE
    if visibility == AddressVisibility.PARTNERS:
        return Disclosure.FULL if _vetted_professional(actor) else Disclosure.COMMUNE
    return Disclosure.NOTHING


def may_read_note(actor: Actor | None) -> bool:
    """The line for professionals only."""
    return _vetted_professional(actor)


def may_edit(org_id: UUID, actor: Actor | None) -> bool:
    return actor is not None and actor.org_id == org_id and actor.can(EDIT)


def may_moderate(actor: Actor | None) -> bool:
    return actor is not None and actor.can(MODERATE)


def may_import(actor: Actor) -> bool:
    """Files come in through the command line of the host, or by a moderator's hand."""
    return actor.channel in (Channel.SYSTEM, Channel.CLI) or may_moderate(actor)


def may_see(status: str, org_id: UUID, actor: Actor | None) -> bool:
    """A service that is not published exists for its own organisation and for moderators only."""
    return status == ServiceStatus.PUBLISHED or may_edit(org_id, actor) or may_moderate(actor)


def may_refer(actor: Actor | None) -> bool:
    return actor is not None and actor.can(REFER)


def publishes_at_once(actor: Actor) -> bool:
    """A vetted organisation answers for what it writes; the others wait for a moderator."""
    return actor.org_vetted


def _vetted_professional(actor: Actor | None) -> bool:
    return actor is not None and actor.org_vetted and actor.can(READ_PROFESSIONAL)
