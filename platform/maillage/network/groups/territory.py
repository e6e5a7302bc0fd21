"""The panel of a group's territory: which partners work there, and which of their records nobody confirmed for long."""

from typing import Any

from sqlalchemy.orm import Session

from maillage.directory.coverage import coverage
from maillage.directory.territories import label
from maillage.kernel.actor import Actor
from maillage.network.groups.models import Group


def build(session: Session, _actor: Actor, group: Group) -> dict[str, Any] | None:
    if group.territory is None:
        return None
    return {"territory": label(group.territory), "coverage": coverage(session, group.territory)}
