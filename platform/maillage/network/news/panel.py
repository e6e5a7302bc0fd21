"""The panel of a group: the news that it received."""

from typing import Any

from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.network.groups.models import Group
from maillage.network.news import queries
from maillage.network.news.views.lines import line

SHOWN = 3


def build(session: Session, actor: Actor, group: Group) -> dict[str, Any]:
    found = queries.received(session, actor, group_id=group.id, most=SHOWN)
    return {"lines": [line(one) for one in found]}
