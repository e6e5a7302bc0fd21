"""The panel of a group's territory: which partners work there, and which of their records nobody confirmed for long."""

from typing import Any

from sqlalchemy.orm import Session

from maillage.directory.coverage import coverage
from maillage.directory.territories import label
from maillage.kernel.actor import Actor
from maillage.network.groups.queries import Standing
from maillage.network.seats import Seats


def build(session: Session, _actor: Actor, stands: Standing, _sits: Seats) -> dict[str, Any] | None:
    token = stands.group.territory
    if token is None:
        return None
    return {"territory": label(token), "coverage": coverage(session, token)}
