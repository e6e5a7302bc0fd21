"""What the page of a group shows of its resources."""

from typing import Any

from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.network.groups.models import Group
from maillage.network.resources.queries import Sought, found

SHOWN = 4


def build(session: Session, actor: Actor, group: Group) -> dict[str, Any]:
    page = found(session, actor, Sought(group_id=group.id), most=SHOWN)
    return {"group_id": group.id, "lines": page.lines, "more": page.following is not None}
