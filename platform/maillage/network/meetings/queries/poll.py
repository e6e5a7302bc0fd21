"""What was answered to a date poll."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.network.meetings import polls
from maillage.network.meetings.models import Meeting, MeetingDate, MeetingVote
from maillage.network.meetings.polls import Tally
from maillage.network.meetings.queries.people import GONE, member_names


@dataclass(frozen=True, slots=True)
class Poll:
    """`best`: the dates that come first, several when they are level. `answers`: who said what, by date; `silent`:
    those who have not answered."""

    tallies: Sequence[Tally]
    best: frozenset[UUID]
    answers: Sequence[tuple[str, Mapping[UUID, str]]]
    mine: Mapping[UUID, str]
    silent: Sequence[str]

    @property
    def tied(self) -> bool:
        return len(self.best) > 1

    @property
    def voters(self) -> int:
        return len(self.answers)


def dates(session: Session, meeting_id: UUID) -> dict[UUID, datetime]:
    rows = session.execute(select(MeetingDate.id, MeetingDate.starts_at).where(MeetingDate.meeting_id == meeting_id))
    return {date_id: at for date_id, at in rows}


def poll(session: Session, meeting: Meeting, user_id: UUID | None) -> Poll:
    """Three statements, however many answer."""
    proposed = dates(session, meeting.id)
    votes = session.execute(
        select(MeetingVote.user_id, MeetingVote.date_id, MeetingVote.answer)
        .join(MeetingDate, MeetingDate.id == MeetingVote.date_id)
        .where(MeetingDate.meeting_id == meeting.id)
    ).all()
    by_user: dict[UUID, dict[UUID, str]] = {}
    for row in votes:
        by_user.setdefault(row.user_id, {})[row.date_id] = row.answer
    names = member_names(session, meeting.group_id, by_user)
    counted = polls.tally(proposed, [(row.date_id, row.answer) for row in votes])
    return Poll(
        tallies=counted,
        best=polls.best(counted),
        answers=sorted(((names.get(who, GONE), said) for who, said in by_user.items()), key=_by_name),
        mine=by_user.get(user_id, {}) if user_id else {},
        silent=sorted(name for who, name in names.items() if who not in by_user),
    )


def _by_name(row: tuple[str, Mapping[UUID, str]]) -> str:
    return row[0].casefold()
