"""What members would like to learn."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import delete

from maillage.directory.vocabulary import themes as known_themes
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Forbidden, Invalid
from maillage.network.events import policy
from maillage.network.events.models import TrainingNeed
from maillage.network.groups.queries import group as group_of
from maillage.network.wording.checks import check

TOO_MANY: Final = f"Choisissez {policy.MOST_NEEDS} thèmes au plus : ceux qui vous manquent le plus."


def set_needs(actor: Actor, *, group_id: UUID, themes: Mapping[str, str], nobody: bool = False) -> None:
    """Say anew what the actor would like to learn, as a member of this group: themes, and a word about each.
    `nobody`: they confirm that nobody can be recognised. Raises Forbidden, NotFound, Invalid, SomebodyNamed."""
    if actor.user_id is None or actor.org_id is None:
        raise Forbidden()
    if len(themes) > policy.MOST_NEEDS:
        raise Invalid(fields={"themes": TOO_MANY})
    if not all(theme in known_themes() for theme in themes):
        raise Invalid(fields={"themes": "Choisissez parmi les thèmes proposés."})
    check({"words": "\n".join(dict.fromkeys(themes.values()))}, nobody=nobody)
    with transaction() as session:
        found = group_of(session, actor, group_id)
        own = (TrainingNeed.host_id == group_id, TrainingNeed.user_id == actor.user_id)
        session.execute(delete(TrainingNeed).where(*own))
        session.add_all(
            TrainingNeed(
                network_id=found.network_id,
                host_id=group_id,
                user_id=actor.user_id,
                org_id=actor.org_id,
                theme=theme,
                words=words,
            )
            for theme, words in themes.items()
        )
