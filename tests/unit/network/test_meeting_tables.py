"""Who may do what with a meeting, told a second time and compared cell by cell; and what a poll says."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.kernel import clock
from maillage.kernel.errors import Conflict, Forbidden
from maillage.network.meetings import polls
from maillage.network.meetings.codes import RIGHTS, STATES, TRANSITIONS, Act, Event, State, Vote, Who
from maillage.network.meetings.models import Meeting
from maillage.network.meetings.policy import (
    FURTHEST,
    GUEST_LINK_OUTLIVES,
    allowed,
    check,
    date_refusal,
    day_has_come,
    ends_at,
    is_near,
    link_lasts_until,
)

# One letter a state, in the order of State: polling, planned, held, published, approved, cancelled.
LETTERS = dict(zip("pPhuac", State, strict=True))
CELLS = {
    #                lead      member
    Act.READ: ("pPhuac", "pPhuac"),
    Act.VOTE: ("p", "p"),
    Act.ANSWER: ("P", "P"),
    Act.PROPOSE: ("pPh", "pP"),
    Act.FOLLOW: ("hua", "ua"),
    Act.READ_MINUTES: ("hua", "ua"),
    Act.CHANGE: ("pP", ""),
    Act.ADD_DATES: ("p", ""),
    Act.CHOOSE: ("p", ""),
    Act.MOVE: ("P", ""),
    Act.CANCEL: ("pP", ""),
    Act.ORDER: ("pPh", ""),
    Act.INVITE: ("P", ""),
    Act.OPEN: ("P", ""),
    Act.RECORD: ("h", ""),
    Act.WRITE: ("h", ""),
    Act.PUBLISH: ("h", ""),
    Act.REOPEN: ("u", ""),
    Act.APPROVE: ("u", ""),
}
MOVES = {
    Event.CHOOSE: ("p", "P"),
    Event.MOVE: ("P", "P"),
    Event.CANCEL: ("pP", "c"),
    Event.OPEN: ("P", "h"),
    Event.PUBLISH: ("h", "u"),
    Event.REOPEN: ("u", "h"),
    Event.APPROVE: ("u", "a"),
}


def test_every_cell() -> None:
    assert set(CELLS) == set(RIGHTS) == set(Act)
    for act, state, who in product(Act, State, Who):
        told = CELLS[act][0 if who is Who.LEAD else 1]
        expected = state in {LETTERS[letter] for letter in told}
        assert allowed(who, state, act) is expected, (act, state, who)
        meeting = Meeting(state=state)
        if expected:
            check(who, meeting, act)
        else:
            with pytest.raises(Conflict if told else Forbidden):
                check(who, meeting, act)


def test_every_transition() -> None:
    assert set(MOVES) == set(TRANSITIONS) == set(Event)
    for event, (froms, to) in MOVES.items():
        row = TRANSITIONS[event]
        assert (row.froms, row.to) == ({LETTERS[one] for one in froms}, LETTERS[to]), event
    assert set(STATES) == set(State)


START = datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_the_past_and_the_far_future_are_refused() -> None:
    with clock.at(START):
        for at in (
            datetime(1, 1, 1, tzinfo=UTC),
            START,
            START + FURTHEST + timedelta(1),
            datetime.max.replace(tzinfo=UTC),
        ):
            assert date_refusal(at)
        assert date_refusal(START + timedelta(minutes=1)) is None
        assert date_refusal(START) != date_refusal(datetime.max.replace(tzinfo=UTC))


def test_a_meeting_is_opened_from_half_a_day_before_and_a_link_outlives_it_by_as_much() -> None:
    meeting = Meeting(starts_at=START, minutes_long=90)
    assert day_has_come(meeting, START - timedelta(hours=12))
    assert not day_has_come(meeting, START - timedelta(hours=12, seconds=1))
    assert ends_at(meeting) == START + timedelta(minutes=90)
    assert link_lasts_until(meeting) == START + timedelta(minutes=90) + GUEST_LINK_OUTLIVES


def test_who_is_expected_is_reminded_within_two_days() -> None:
    meeting = Meeting(starts_at=START, minutes_long=90)
    assert is_near(meeting, START - timedelta(days=2))
    assert not is_near(meeting, START - timedelta(days=2, seconds=1))


def test_a_meeting_without_a_date_does_not_begin() -> None:
    undated = Meeting(minutes_long=90)
    assert not day_has_come(undated, START)
    assert not is_near(undated, START)
    assert ends_at(undated) is None
    with pytest.raises(AssertionError):
        link_lasts_until(undated)


POLLS = {  # answers by date: yes, if needed, no; and the dates that come first
    "nobody answered": ([(0, 0, 0), (0, 0, 0)], ""),
    "nobody can": ([(0, 0, 3), (0, 0, 3)], ""),
    "one is ahead": ([(2, 0, 1), (1, 0, 2)], "0"),
    "those who come reluctantly come": ([(2, 0, 1), (1, 2, 0)], "1"),
    "as many, more gladly": ([(1, 2, 0), (2, 1, 0)], "1"),
    "level": ([(2, 1, 0), (0, 0, 3), (2, 1, 0)], "02"),
}


@pytest.mark.parametrize("name", POLLS)
def test_what_a_poll_says(name: str) -> None:
    counts, first = POLLS[name]
    start = datetime(2026, 3, 3, 9, tzinfo=UTC)
    dates = {uuid4(): start + timedelta(days=number) for number in range(len(counts))}
    votes = [
        (date_id, vote.value)
        for date_id, row in zip(dates, counts, strict=True)
        for vote, count in zip(Vote, row, strict=True)
        for _ in range(count)
    ]
    found = polls.tally(dates, votes)
    assert [(it.yes, it.if_needed, it.no) for it in found] == counts
    assert polls.best(found) == {list(dates)[int(one)] for one in first}


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(list(Vote))), max_size=30))
def test_no_date_that_fewer_can_make_ever_comes_first(answers: list[tuple[int, Vote]]) -> None:
    dates = {uuid4(): datetime(2026, 3, day, tzinfo=UTC) for day in range(1, 5)}
    ids = list(dates)
    found = polls.tally(dates, [(ids[number], vote.value) for number, vote in answers])
    first = polls.best(found)
    assert all(it.comers <= one.comers for it in found for one in found if one.date_id in first)
    assert bool(first) == any(it.comers for it in found)
