"""The panel of somebody new in a group: how far their first steps are, until all are done."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.network.groups.queries import Standing
from maillage.network.groups.steps import STEPS
from maillage.network.seats import Seats

NEW_FOR = timedelta(days=90)


def build(_session: Session, _actor: Actor, stands: Standing, _sits: Seats) -> dict[str, Any] | None:
    mine = stands.membership
    if mine is None or mine.since <= clock.now() - NEW_FOR or len(mine.welcomed) >= len(STEPS):
        return None
    return {"group_id": stands.group.id, "done": len(mine.welcomed), "total": len(STEPS)}
