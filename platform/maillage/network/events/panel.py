"""The sessions to come, on the page of a group."""

from typing import Any, Final

from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.network.events import queries
from maillage.network.events.codes import State
from maillage.network.events.views.words import WORDS
from maillage.network.groups.models import Group, Network

MOST: Final = 3


def build(session: Session, actor: Actor, group: Group) -> dict[str, Any] | None:
    network = session.get_one(Network, group.network_id)
    lines = [it for it in queries.coming(session, actor, network, group.id) if it.event.state != State.CANCELLED]
    return {"lines": lines[:MOST], "more": len(lines) > MOST, **WORDS}
