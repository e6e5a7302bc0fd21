"""The sessions to come, on the page of a group."""

from typing import Any, Final

from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.network.events import queries
from maillage.network.events.views.words import WORDS
from maillage.network.groups.queries import Standing
from maillage.network.seats import Seats

MOST: Final = 3


def build(session: Session, actor: Actor, stands: Standing, sits: Seats) -> dict[str, Any]:
    lines = queries.coming_to(session, actor, stands, sits, most=MOST + 1)
    return {"lines": lines[:MOST], "more": len(lines) > MOST, **WORDS}
