"""What each event changes besides the state: dates, clocks, codes. Pure functions, one table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from maillage.kernel import clock
from maillage.kernel.working_days import working_days_after
from maillage.referrals import ladder
from maillage.referrals.checks import usual_deadline
from maillage.referrals.codes import Urgency, Voice
from maillage.referrals.content import Details
from maillage.referrals.kinds import row_of
from maillage.referrals.models import Referral
from maillage.referrals.states import ACCESS_AFTER_CLOSURE, AT_WORK, AWAITING_ANSWER, ENDED, FOLLOWED_UP, Event, State

DAYS_TO_EXPLAIN = 15
ASK_AGAIN = timedelta(days=14)
LONGEST_ACCESS = timedelta(days=730)

Changes = dict[str, Any]
ANSWERS: Final = frozenset({State.ACCEPTED, State.WAITLISTED, State.DECLINED})


@dataclass(frozen=True, slots=True)
class Step:
    """One event about to happen to one referral."""

    event: Event
    referral: Referral
    to: State
    details: Details
    user_id: UUID | None
    org_id: UUID | None
    now: datetime
    today: date
    country: str

    @property
    def answers(self) -> bool:
        """Whether it is the receiver's answer: advice is one, and so is pointing at somebody better placed."""
        redirected = self.to is State.REDIRECTED and self.org_id == self.referral.receiver_org_id
        return self.to in ANSWERS or self.event is Event.ADVISE or redirected

    @property
    def speaks_up(self) -> bool:
        """Whether the receiver answers itself where its sender noted what it said. Reading is no answer."""
        spoken_for = self.referral.voice != Voice.OWN
        return spoken_for and self.org_id == self.referral.receiver_org_id and self.event is not Event.SEEN


def changes(step: Step) -> Changes:
    """Every column that the event sets, the state itself aside."""
    made = _OWN.get(step.event, _nothing)(step) | _common(step)
    return made | _reminders(step, made)


def _reminders(step: Step, made: Changes) -> Changes:
    """Where the ladder of reminders stands afterwards. Reading is no answer: whoever only reads is reminded on."""
    if step.event is Event.SEEN or (step.to == step.referral.state and step.event is not Event.APPOINTMENT):
        return {}
    referral, paused_on = step.referral, step.referral.paused_on
    if step.to is State.INFO_REQUESTED:
        return ladder.asking(step.today, step.country)
    if step.event is Event.ANSWER_INFO and step.to is State.SEEN and paused_on is not None:
        return ladder.later(referral, step.today - paused_on, step.country)
    dates = {name: made.get(name, getattr(referral, name)) for name in ("review_on", "contact_on", "meeting_on")}
    voice = made.get("voice", referral.voice)
    wait = ladder.wait_in(step.to, voice, dates["review_on"], dates["meeting_on"])
    return ladder.entering(wait, Urgency(referral.urgency), dates, step.today, step.country)


def _common(step: Step) -> Changes:
    values: Changes = {}
    if step.to not in AWAITING_ANSWER:
        values |= {"expires_on": None, "paused_on": None, "resume_state": None}
    if step.answers and step.referral.answered_at is None:
        values["answered_at"] = step.now
    if step.to in ENDED:
        values["closed_at"] = step.now
    if step.speaks_up:
        values["voice"] = Voice.OWN
    if step.details.called_at is not None and step.event in FOLLOWED_UP:
        values["review_on"] = step.details.review_on or step.today + ASK_AGAIN
    return values


def _nothing(_step: Step) -> Changes:
    return {}


def _seen(step: Step) -> Changes:
    return {"seen_at": step.now}


def _ask_info(step: Step) -> Changes:
    """The clock of the answer stops; one of its own runs for the question, unless the receiver had answered already."""
    before = State(step.referral.state)
    answered = before in ANSWERS
    return {
        "resume_state": before if answered else State.SEEN,
        "paused_on": step.today,
        "expires_on": None if answered else working_days_after(step.today, DAYS_TO_EXPLAIN, step.country),
        "seen_at": step.referral.seen_at or step.now,
    }


def _answer_info(step: Step) -> Changes:
    """The receiver gets back the days that the question took."""
    values: Changes = {"resume_state": None, "paused_on": None}
    deadline, paused_on = step.referral.deadline, step.referral.paused_on
    if step.to is State.SEEN and deadline is not None and paused_on is not None:
        later = deadline + (step.today - paused_on)
        values |= {"deadline": later, "expires_on": later}
    return values


def _accept(step: Step) -> Changes:
    limit = step.now + LONGEST_ACCESS
    return {"contact_on": step.details.date, "review_on": None, "access_ends_at": _as_agreed(step, limit)}


def _waitlist(step: Step) -> Changes:
    return {"review_on": step.details.review_on, "contact_on": None}


def _decline(step: Step) -> Changes:
    return {"decline_reason": step.details.reason}


def _start(step: Step) -> Changes:
    """The first contact stays the first one when a relay came to nothing and the work is taken up again."""
    return {"first_contact_on": step.details.date or step.referral.first_contact_on or step.today}


def _appointment(step: Step) -> Changes:
    """The next one, if there is one. Silence is counted again from here."""
    return {"contact_on" if step.to is State.ACCEPTED else "meeting_on": step.details.next_on}


def _complete(step: Step) -> Changes:
    ends = step.now + row_of(step.referral).reads_on
    return {
        "outcome": step.details.outcome,
        "intensity": step.details.intensity,
        "access_ends_at": min(step.referral.access_ends_at or ends, ends),
    }


def _advise(step: Step) -> Changes:
    return {"access_ends_at": step.now + ACCESS_AFTER_CLOSURE}


def _take_up(step: Step) -> Changes:
    """What was noted after a call is set aside: the receiver answers anew, within the usual delay."""
    until = usual_deadline(Urgency(step.referral.urgency), step.today, step.country)
    noted = ("answered_at", "closed_at", "contact_on", "review_on", "first_contact_on", "decline_reason")
    return dict.fromkeys(noted) | {"seen_at": step.now, "deadline": until, "expires_on": until, "access_ends_at": None}


def _cancel(step: Step) -> Changes:
    """Once work has started, a cancellation is a wish that the receiver confirms."""
    if step.to not in AT_WORK:
        return {}
    return {"cancel_requested_at": step.now, "cancel_requested_by": step.user_id}


def _error(step: Step) -> Changes:
    return {"access_ends_at": step.now}


def _withdraw_consent(step: Step) -> Changes:
    """What was shared is gone, for the receiver at once and for good."""
    return {"access_ends_at": step.now, "snapshot_sealed": None}


def _as_agreed(step: Step, limit: datetime) -> datetime:
    return within_consent(step.referral.consent_expires_on, limit, step.today, step.country)


def within_consent(last: date | None, limit: datetime, today: date, country: str) -> datetime:
    """Access ends with the last day of the consent that opened it, at midnight where people live."""
    if last is None or last - today > LONGEST_ACCESS:  # a consent to the year 9999 has no midnight after it
        return limit
    return min(limit, clock.end_of(last, country))


_OWN: Final[dict[Event, Callable[[Step], Changes]]] = {
    Event.SEEN: _seen,
    Event.ASK_INFO: _ask_info,
    Event.ANSWER_INFO: _answer_info,
    Event.ACCEPT: _accept,
    Event.WAITLIST: _waitlist,
    Event.DECLINE: _decline,
    Event.START: _start,
    Event.APPOINTMENT: _appointment,
    Event.COMPLETE: _complete,
    Event.ADVISE: _advise,
    Event.TAKE_UP: _take_up,
    Event.CANCEL: _cancel,
    Event.ENTERED_IN_ERROR: _error,
    Event.WITHDRAW_CONSENT: _withdraw_consent,
}
