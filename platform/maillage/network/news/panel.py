"""The panel of a group: the news that it received."""

from typing import Any

from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.network.groups.queries import Standing
from maillage.network.news import queries
from maillage.network.news.views.lines import line
from maillage.network.seats import Seats

SHOWN = 3


def build(session: Session, actor: Actor, stands: Standing, sits: Seats) -> dict[str, Any]:
    found = queries.received_in(session, actor, sits, stands.group.id, SHOWN)
    return {"lines": [line(one) for one in found]}
