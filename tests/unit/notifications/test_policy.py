from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, create_engine, insert, select

from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.notifications.kinds import NoticeKind
from maillage.notifications.models import Notification
from maillage.notifications.policy import digest_slots, due_for_digest, frequency_of, readable_by
from maillage.notifications.values import Frequency, Notice

SLOTS = [
    # now, latest eight o'clock, latest Monday's (Paris and Brussels share their hours)
    ("2026-03-03T07:00:00+00:00", "2026-03-03T08:00:00+01:00", "2026-03-02T08:00:00+01:00"),
    ("2026-03-03T06:59:59+00:00", "2026-03-02T08:00:00+01:00", "2026-03-02T08:00:00+01:00"),
    ("2026-03-02T06:59:59+00:00", "2026-03-01T08:00:00+01:00", "2026-02-23T08:00:00+01:00"),
    ("2026-03-02T07:00:00+00:00", "2026-03-02T08:00:00+01:00", "2026-03-02T08:00:00+01:00"),
    ("2026-03-29T06:00:00+00:00", "2026-03-29T08:00:00+02:00", "2026-03-23T08:00:00+01:00"),  # clocks go forward
    ("2026-10-25T06:30:00+00:00", "2026-10-24T08:00:00+02:00", "2026-10-19T08:00:00+02:00"),  # clocks go back
]


@pytest.mark.parametrize(("now", "daily", "weekly"), SLOTS)
@pytest.mark.parametrize("country", sorted(clock.ZONES))
def test_digests_leave_at_eight_where_the_reader_lives(now: str, daily: str, weekly: str, country: str) -> None:
    slots = digest_slots(datetime.fromisoformat(now), country)
    assert slots == (datetime.fromisoformat(daily), datetime.fromisoformat(weekly))


@given(st.integers(946684800, 4102444800))
def test_slots_are_past_eight_o_clocks(seconds: int) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    daily, weekly = digest_slots(now, "FR")
    assert weekly <= daily <= now
    assert (daily.hour, weekly.hour, weekly.weekday()) == (8, 8, 0)


ORDINARY = NoticeKind("test.policy", "Essai", "Une nouveauté", "Elle attend.", default=Frequency.DAILY)
ESSENTIAL = NoticeKind("test.policy_essential", "Essai", "Une nouveauté", "Elle attend.", essential=True)


@pytest.mark.parametrize("chosen", [None, *Frequency])
def test_the_reader_chooses_except_when_it_cannot_wait(chosen: Frequency | None) -> None:
    calm, urgent = Notice("test.policy", "/"), Notice("test.policy", "/", urgent=True)
    assert frequency_of(calm, ORDINARY, chosen) is (chosen or Frequency.DAILY)
    assert frequency_of(urgent, ORDINARY, chosen) is Frequency.IMMEDIATE
    assert frequency_of(calm, ESSENTIAL, chosen) is Frequency.IMMEDIATE


NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)  # a Tuesday
ME, OTHER, HERE, THERE = (UUID(int=number) for number in (1, 2, 11, 12))


def found(rule: ColumnElement[bool], **row: Any) -> bool:
    """Whether the rule finds a notice like this one, in a database of its own."""
    values: dict[str, Any] = {"kind": "k", "link": "/", "locale": "fr", "dedup_key": "d", "email": "a@b.example"}
    values |= {"country": "FR", "frequency": Frequency.DAILY, "at": NOW - timedelta(days=2), "user_id": ME}
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        vars(Notification)["__table__"].create(connection)
        connection.execute(insert(Notification).values(**(values | row)))
        return connection.scalar(select(Notification.id).where(rule)) is not None


@pytest.mark.parametrize(
    ("row", "due"),
    [
        ({}, True),
        ({"at": NOW}, False),
        ({"country": "BE"}, False),
        ({"read_at": NOW}, False),
        ({"mail_id": ME}, False),
        ({"frequency": Frequency.IMMEDIATE}, False),
        ({"frequency": Frequency.WEEKLY}, True),
        ({"frequency": Frequency.WEEKLY, "at": NOW - timedelta(days=1)}, False),
    ],
)
def test_a_digest_takes_what_waits_for_it(row: dict[str, Any], due: bool) -> None:
    assert found(due_for_digest(NOW, "FR"), **row) == due


@pytest.mark.parametrize(
    ("user_id", "org_id", "readable"),
    [(ME, HERE, True), (ME, None, True), (ME, THERE, False), (OTHER, HERE, False), (OTHER, None, False)],
)
def test_one_reads_ones_own_notices_of_the_house_one_works_for(
    user_id: UUID, org_id: UUID | None, readable: bool
) -> None:
    assert found(readable_by(Actor(user_id=ME, org_id=HERE)), user_id=user_id, org_id=org_id) == readable
