"""Who may do what with the roster of a network."""

from uuid import UUID

from maillage.kernel.actor import Actor
from maillage.kernel.errors import NotFound
from maillage.network.groups.policy import TAKE_PART, coordinates


def ensure_describes(actor: Actor, *, org_id: UUID, owner_id: UUID) -> None:
    """A company's own people describe it and answer for it, and so does the coordination. Raises NotFound."""
    own = actor.org_id == org_id and actor.can(TAKE_PART)
    if not own and not coordinates(actor, owner_id):
        raise NotFound()


def may_unsay(actor: Actor, *, user_id: UUID, owner_id: UUID) -> bool:
    """Who said what they have done takes it back; the coordination may."""
    return actor.user_id == user_id or coordinates(actor, owner_id)
