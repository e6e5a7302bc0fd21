"""What every page of a meeting knows: the meeting, its group, and what this reader may do there."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel import clock
from maillage.kernel.db import session
from maillage.network.groups.models import Group
from maillage.network.groups.policy import Deed
from maillage.network.groups.queries import standing
from maillage.network.meetings import codes, policy, queries
from maillage.network.meetings.codes import Act, State, StateRow, Who
from maillage.network.meetings.models import Meeting
from maillage.web.authz import actor
from maillage.web.forms import Form


@dataclass(frozen=True, slots=True)
class Frame:
    meeting: Meeting
    group: Group
    who: Who

    def may(self, act: str) -> bool:
        return policy.allowed(self.who, self.meeting.state, Act(act))

    @property
    def row(self) -> StateRow:
        return codes.STATES[State(self.meeting.state)]

    @property
    def opens(self) -> bool:
        """Whether the day has come to open it."""
        return self.may(Act.OPEN) and policy.day_has_come(self.meeting, clock.now())

    @property
    def leads(self) -> bool:
        return self.who is Who.LEAD


def framed(meeting_id: UUID, act: Act = Act.READ) -> Frame:
    """Raises NotFound to who is not of the group; Forbidden, Conflict where this page is not theirs or not now."""
    meeting = queries.find(session(), meeting_id)
    stands = standing(session(), actor(), meeting.group_id)
    who = Who.LEAD if stands.may(Deed.ANIMATE) else Who.MEMBER
    policy.check(who, meeting, act)
    return Frame(meeting, stands.group, who)


def page(template: str, frame: Frame, form: Form | None = None, **shown: Any) -> ResponseReturnValue:
    shown |= {"frame": frame, "meeting": frame.meeting, "codes": codes, "form": form}
    return render_template(f"network/meetings/{template}.html", **shown), form.status if form else 200


def back(meeting_id: UUID, endpoint: str = "meetings.show") -> ResponseReturnValue:
    return redirect(url_for(endpoint, meeting_id=meeting_id), 303)
