"""What the page of a group shows of its resources."""

from typing import Any

from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.network.groups.queries import Standing
from maillage.network.resources.queries import latest_in
from maillage.network.seats import Seats

SHOWN = 4


def build(session: Session, _actor: Actor, stands: Standing, _sits: Seats) -> dict[str, Any]:
    lines = latest_in(session, stands.group.id, SHOWN + 1)
    return {"group_id": stands.group.id, "lines": lines[:SHOWN], "more": len(lines) > SHOWN}
