"""The panel of a group: its open questions."""

from typing import Any

from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.network.groups.models import Group
from maillage.network.questions import queries
from maillage.network.questions.queries import Wanted
from maillage.network.questions.states import Status
from maillage.network.questions.views.lines import line

SHOWN = 3


def build(session: Session, actor: Actor, group: Group) -> dict[str, Any]:
    found = queries.questions(session, actor, Wanted(group_id=group.id, status=Status.OPEN), most=SHOWN)
    return {"lines": [line(one) for one in found]}
