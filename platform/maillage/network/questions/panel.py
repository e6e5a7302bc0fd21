"""The panel of a group: its open questions."""

from typing import Any

from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.network.groups.queries import Standing
from maillage.network.questions import queries
from maillage.network.questions.views.lines import line
from maillage.network.seats import Seats

SHOWN = 3


def build(session: Session, _actor: Actor, stands: Standing, _sits: Seats) -> dict[str, Any]:
    return {"lines": [line(one) for one in queries.open_in(session, stands.group.id, SHOWN)]}
