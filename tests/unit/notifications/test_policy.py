from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.kernel import clock
from maillage.notifications.kinds import NoticeKind
from maillage.notifications.policy import digest_slots, frequency_of
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
