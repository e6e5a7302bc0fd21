"""What may be kept, by whom, how much of it."""

from maillage.directory.policy import READ_PROFESSIONAL
from maillage.kernel.actor import Actor

MOST_SEARCHES = 50
MOST_FAVOURITES = 300
MOST_PRINTED = 300


def may_keep_for_team(actor: Actor | None) -> bool:
    """The team's list is its professionals' tool."""
    return actor is not None and actor.org_id is not None and actor.can(READ_PROFESSIONAL)
