"""A piece of news begun with the session that it announces. When and where is read in the session, which may move."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.network.events.codes import Act
from maillage.network.events.queries import stance
from maillage.network.groups.models import Audience


def begun(session: Session, actor: Actor, event_id: UUID) -> dict[str, Any]:
    """What it already says: its author completes it, and chooses for whom. Raises NotFound, Forbidden, Conflict."""
    found = stance(session, actor, event_id, Act.ANNOUNCE)
    own = [str(found.event.group_id)] if found.event.audience == Audience.GROUP else None
    return {"title": found.course.title, "text": found.course.aims, "groups": own}
