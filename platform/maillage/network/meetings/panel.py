"""What the page of a group says of its meetings: the next one, and how much is still to be done."""

from typing import Any

from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.network.groups.models import Group
from maillage.network.meetings import codes
from maillage.network.meetings.codes import Who
from maillage.network.meetings.queries import next_meeting, open_tasks, stance


def build(session: Session, actor: Actor, group: Group) -> dict[str, Any]:
    meeting = next_meeting(session, group.id)
    return {
        "group": group,
        "meeting": meeting,
        "state": codes.STATES[codes.State(meeting.state)] if meeting else None,
        "tasks": open_tasks(session, group.id),
        "leads": stance(session, actor, group.id) is Who.LEAD,
    }
