"""What the page of a group says of its meetings: the next one, and how much is still to be done."""

from typing import Any

from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.network.groups.policy import Deed
from maillage.network.groups.queries import Standing
from maillage.network.meetings import codes
from maillage.network.meetings.queries import how_many_open, next_meeting
from maillage.network.seats import Seats


def build(session: Session, _actor: Actor, stands: Standing, _sits: Seats) -> dict[str, Any]:
    group = stands.group
    meeting = next_meeting(session, group.id)
    return {
        "group": group,
        "meeting": meeting,
        "state": codes.STATES[codes.State(meeting.state)] if meeting else None,
        "tasks": how_many_open(session, group.id),
        "leads": stands.may(Deed.ANIMATE),
    }
