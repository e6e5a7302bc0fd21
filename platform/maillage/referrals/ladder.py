"""When somebody is reminded, as data: what a referral waits for in each state, and whom each rung of its ladder tells.

Every reminder of a referral comes from these tables. A network that wants other delays has them here, once networks
exist: `ladder_of` is the only way in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from maillage.kernel.working_days import working_days_after
from maillage.referrals.codes import Urgency, Voice
from maillage.referrals.models import Referral
from maillage.referrals.states import State


class Wait(StrEnum):
    """What a referral waits for."""

    ANSWER = "answer"
    EXPLANATION = "explanation"
    CALL = "call"
    APPOINTMENT = "appointment"
    REVIEW = "review"
    OUTCOME = "outcome"


class Whom(StrEnum):
    """Whom a rung tells. `SECOND`: others at the receiver than those who let it lie."""

    SECOND = "second"
    RECEIVER = "receiver"
    SENDER = "sender"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Rung:
    """`day`: so many working days after the wait began. `unopened`: only while nobody has read it."""

    day: int
    tells: tuple[Whom, ...]
    unopened: bool = False


Ladder = tuple[Rung, ...]
Changes = dict[str, Any]

WAITS: Final[dict[State, Wait]] = {
    State.SENT: Wait.ANSWER,
    State.SEEN: Wait.ANSWER,
    State.INFO_REQUESTED: Wait.EXPLANATION,
    State.ACCEPTED: Wait.APPOINTMENT,
    State.WAITLISTED: Wait.REVIEW,
    State.IN_PROGRESS: Wait.OUTCOME,
    State.RELAYED: Wait.OUTCOME,
}

ANSWER: Final[dict[Urgency, Ladder]] = {
    Urgency.NORMAL: (
        Rung(2, (Whom.SECOND,), unopened=True),
        Rung(5, (Whom.RECEIVER, Whom.SENDER)),
        Rung(9, (Whom.LEAD,)),
    ),
    Urgency.URGENT: (
        Rung(1, (Whom.SECOND,), unopened=True),
        Rung(2, (Whom.RECEIVER, Whom.SENDER)),
        Rung(3, (Whom.LEAD,)),
    ),
    Urgency.EMERGENCY: (Rung(1, (Whom.SECOND, Whom.RECEIVER, Whom.SENDER, Whom.LEAD)),),
}
OVERDUE: Final = {
    urgency: next(index for index, rung in enumerate(rungs, 1) if Whom.LEAD in rung.tells)
    for urgency, rungs in ANSWER.items()
}
"""How many rungs are climbed once it is for a human to call."""
LADDERS: Final[dict[Wait, Ladder]] = {
    Wait.EXPLANATION: (Rung(5, (Whom.SENDER,)),),
    Wait.CALL: (Rung(0, (Whom.SENDER,)),),
    Wait.APPOINTMENT: (Rung(1, (Whom.RECEIVER,)), Rung(6, (Whom.RECEIVER, Whom.SENDER))),
    Wait.REVIEW: (Rung(0, (Whom.RECEIVER,)), Rung(5, (Whom.RECEIVER, Whom.SENDER))),
    Wait.OUTCOME: (Rung(60, (Whom.RECEIVER,)), Rung(120, (Whom.RECEIVER, Whom.SENDER))),
}
APPOINTMENT_WITHIN: Final = 9  # working days, where none was said


@dataclass(frozen=True, slots=True)
class Climb:
    """What is due on a day: whom to tell, on which rung it stands then, and when to look again."""

    tells: tuple[Whom, ...]
    rung: int
    next_on: date | None


def wait_of(referral: Referral) -> Wait | None:
    return wait_in(State(referral.state), referral.voice, referral.review_on, referral.meeting_on)


def wait_in(state: State, voice: str, review_on: date | None, meeting_on: date | None = None) -> Wait | None:
    """Where its sender notes what the receiver says, the day to ask again is the sender's own. Work with an appointment
    to come waits for that one, then for its outcome."""
    wait = WAITS.get(state)
    if wait is Wait.OUTCOME and meeting_on is not None:
        wait = Wait.APPOINTMENT
    if wait is not None and voice != Voice.OWN:
        return Wait.CALL if review_on is not None else None
    return wait


def ladder_of(wait: Wait, urgency: Urgency) -> Ladder:
    return ANSWER[urgency] if wait is Wait.ANSWER else LADDERS[wait]


def entering(wait: Wait | None, urgency: Urgency, dates: Mapping[str, Any], today: date, country: str) -> Changes:
    """What beginning to wait sets on a referral; nobody is reminded of what waits for nothing."""
    since = _since(wait, dates, today, country)
    first = ladder_of(wait, urgency)[0].day if wait is not None else None
    return {
        "waiting_from": since,
        "rung": 0,
        "remind_on": working_days_after(since, first, country) if first is not None else None,
        "held_until": None,
        "held_reason": None,
    }


def asking(today: date, country: str) -> Changes:
    """A question stops the ladder where it stands, and has one of its own."""
    return {"remind_on": working_days_after(today, LADDERS[Wait.EXPLANATION][0].day, country)}


def later(referral: Referral, days: timedelta, country: str) -> Changes:
    """Go on with the answer's ladder where it stood, so many days later."""
    begun, ladder = referral.waiting_from, ladder_of(Wait.ANSWER, Urgency(referral.urgency))
    if begun is None or referral.rung >= len(ladder):
        return {"remind_on": None}
    begun += days
    return {"waiting_from": begun, "remind_on": working_days_after(begun, ladder[referral.rung].day, country)}


def is_late(referral: Referral) -> bool:
    """Whether its sender was told that no answer comes, and may well turn to somebody else."""
    if wait_of(referral) is not Wait.ANSWER:
        return False
    climbed = ladder_of(Wait.ANSWER, Urgency(referral.urgency))[: referral.rung]
    return any(Whom.SENDER in rung.tells for rung in climbed)


def climb(referral: Referral, today: date, country: str) -> Climb:
    """Every rung that is due on `today`: after days without a machine they come as one."""
    wait = wait_of(referral)
    ladder = ladder_of(wait, Urgency(referral.urgency)) if wait is not None else ()
    asked = wait is Wait.EXPLANATION  # counted from the question: `rung` says where the other ladder stopped
    begun = (referral.paused_on if asked else referral.waiting_from) or today
    told: dict[Whom, None] = {}
    for index in range(0 if asked else referral.rung, len(ladder)):
        rung = ladder[index]
        due = working_days_after(begun, rung.day, country)
        if due > today:
            return Climb(tuple(told), referral.rung if asked else index, due)
        if not rung.unopened or referral.seen_at is None:
            told |= dict.fromkeys(rung.tells)
    return Climb(tuple(told), referral.rung if asked else len(ladder), None)


def _since(wait: Wait | None, dates: Mapping[str, Any], today: date, country: str) -> date:
    """From when a wait is counted: the day that was agreed on, or today."""
    if wait in (Wait.REVIEW, Wait.CALL):
        return dates.get("review_on") or today
    if wait is Wait.APPOINTMENT:
        return (
            dates.get("meeting_on") or dates.get("contact_on") or working_days_after(today, APPOINTMENT_WITHIN, country)
        )
    return today
