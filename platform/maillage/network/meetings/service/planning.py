"""Finding a date together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Invalid
from maillage.kernel.ids import new_id
from maillage.network.groups.policy import Deed
from maillage.network.groups.queries import standing
from maillage.network.meetings import policy
from maillage.network.meetings.codes import Act, Event, State, Vote
from maillage.network.meetings.models import Meeting, MeetingDate, MeetingVote
from maillage.network.meetings.notices import Occasion
from maillage.network.meetings.queries.poll import dates as dates_of
from maillage.network.meetings.queries.poll import poll
from maillage.network.meetings.service.taking import ensure_kept, own_id, step, take
from maillage.network.meetings.service.telling import tell

TIED: Final = "Plusieurs dates sont à égalité : c’est à vous de choisir."
NO_DATE: Final = "Indiquez au moins une date."
NOT_PROPOSED: Final = "Choisissez l’une des dates proposées."


@dataclass(frozen=True, slots=True)
class Plan:
    """What a meeting is about and where it is held: a place, a remote room, or both."""

    title: str
    place: str = ""
    room_url: str = ""
    minutes_long: int = 120

    def texts(self) -> dict[str, str]:
        return {"title": self.title, "place": self.place}


def create(
    actor: Actor, *, group_id: UUID, plan: Plan, dates: Sequence[datetime], answer_by: date | None = None
) -> UUID:
    """Call a meeting: on the one date given, or with a poll over several. Raises Invalid."""
    user_id = own_id(actor)
    _check(plan, dates, answer_by, actor.country)
    with transaction() as session:
        standing(session, actor, group_id, Deed.ANIMATE)
        meeting = Meeting(id=new_id(), group_id=group_id, created_by=user_id, title=plan.title, place=plan.place)
        meeting.room_url, meeting.minutes_long, meeting.version = plan.room_url, plan.minutes_long, 1
        fixed = len(dates) == 1
        meeting.state = State.PLANNED if fixed else State.POLLING
        meeting.starts_at, meeting.answer_by = (dates[0], None) if fixed else (None, answer_by)
        session.add(meeting)
        session.flush()
        if not fixed:
            _propose(session, meeting, dates)
        audit.record(session, actor, "meeting.call", "meeting", meeting.id)
        tell(session, actor, meeting, Occasion.PLANNED if fixed else Occasion.POLL)
        return meeting.id


def add_dates(actor: Actor, *, meeting_id: UUID, dates: Sequence[datetime]) -> None:
    """Propose more dates; everybody is asked again. Raises Invalid."""
    wrong = _dates_refusal(dates)
    if wrong:
        raise Invalid(fields={"dates": wrong})
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.ADD_DATES)
        known = set(dates_of(session, meeting.id).values())
        fresh = [at for at in dates if at not in known]
        if not fresh:
            raise Invalid(fields={"dates": "Ces dates sont déjà proposées."})
        if len(known) + len(fresh) > policy.MOST_DATES:
            raise Invalid(fields={"dates": f"{policy.MOST_DATES} dates au plus."})
        _propose(session, meeting, fresh)
        meeting.version += 1
        audit.record(session, actor, "meeting.add_dates", "meeting", meeting.id)
        tell(session, actor, meeting, Occasion.POLL)


def vote(actor: Actor, *, meeting_id: UUID, answers: Mapping[UUID, Vote]) -> None:
    """Answer to every date of a poll; a second answer replaces the first. Raises Invalid for a date left out."""
    user_id = own_id(actor)
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.VOTE)
        proposed = dates_of(session, meeting.id)
        if set(answers) != set(proposed):
            raise Invalid("Répondez à chaque date : oui, si besoin ou non.")
        for date_id, answer in answers.items():
            session.merge(MeetingVote(date_id=date_id, user_id=user_id, group_id=meeting.group_id, answer=answer))


def choose(actor: Actor, *, meeting_id: UUID, date_id: UUID | None) -> None:
    """Close a poll on one of its dates. Level dates are never settled by chance: without a choice, Invalid says so."""
    with transaction() as session:
        meeting = take(session, actor, meeting_id, Act.CHOOSE)
        proposed = dates_of(session, meeting.id)
        if date_id not in proposed:
            tied = date_id is None and poll(session, meeting, None).tied
            raise Invalid(fields={"date_id": TIED if tied else NOT_PROPOSED})
        if wrong := policy.date_refusal(proposed[date_id]):
            raise Invalid(fields={"date_id": wrong})
        step(session, actor, meeting, Event.CHOOSE, starts_at=proposed[date_id])
        tell(session, actor, meeting, Occasion.PLANNED)


def check_plan(plan: Plan) -> None:
    """Raises Invalid for a meeting that is nowhere, or words that may not be kept."""
    if not (plan.place or plan.room_url):
        raise Invalid(fields={"place": "Indiquez un lieu, ou le lien de la salle à distance."})
    ensure_kept(plan.texts())


def _check(plan: Plan, dates: Sequence[datetime], answer_by: date | None, country: str) -> None:
    check_plan(plan)
    if wrong := _dates_refusal(dates):
        raise Invalid(fields={"dates": wrong})
    if answer_by is not None and len(dates) > 1 and not clock.today(country) <= answer_by <= min(dates).date():
        raise Invalid(fields={"answer_by": "Choisissez un jour avant la première date proposée."})


def _dates_refusal(dates: Sequence[datetime]) -> str | None:
    if not dates:
        return NO_DATE
    if len(set(dates)) < len(dates):
        return "La même date est proposée deux fois."
    if len(dates) > policy.MOST_DATES:
        return f"{policy.MOST_DATES} dates au plus."
    return next((wrong for at in dates if (wrong := policy.date_refusal(at))), None)


def _propose(session: Session, meeting: Meeting, dates: Sequence[datetime]) -> None:
    session.add_all(MeetingDate(meeting_id=meeting.id, group_id=meeting.group_id, starts_at=at) for at in dates)
