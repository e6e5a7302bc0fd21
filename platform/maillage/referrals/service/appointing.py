"""What became of an appointment with the person: no change of state, a line that both sides read."""

from sqlalchemy.orm import Session

from maillage.kernel.errors import Invalid
from maillage.referrals.codes import Meeting
from maillage.referrals.service.handing import Request
from maillage.referrals.service.moving import Move
from maillage.referrals.states import State

FIRST = "Ce premier rendez-vous a eu lieu : notez plutôt que l’accompagnement commence."


def note(session: Session, asked: Request) -> list[Move]:
    """The first appointment, once kept, is what begins the work. Raises Invalid."""
    if asked.details.meeting is Meeting.KEPT and State(asked.referral.state) is State.ACCEPTED:
        raise Invalid(fields={"meeting": FIRST})
    return [asked.step(session)]
