"""Working days: tables of real calendars, and what holds for any of them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.kernel.working_days import holidays, is_working, working_days_after

DAYS = st.dates(date(1990, 1, 1), date(2150, 12, 31))
COUNTRIES = st.sampled_from(("FR", "BE"))


@pytest.mark.parametrize(
    ("country", "kept"),
    [
        ("FR", "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25"),
        ("BE", "01-01 04-06 05-01 05-14 05-25 07-21 08-15 11-01 11-11 12-25"),
    ],
)
def test_the_public_holidays_of_2026(country: str, kept: str) -> None:
    assert sorted(f"{day:%m-%d}" for day in holidays(2026, country)) == kept.split()


@pytest.mark.parametrize(
    ("day", "count", "country", "after"),
    [
        (date(2026, 3, 2), 1, "FR", date(2026, 3, 3)),
        (date(2026, 3, 6), 1, "FR", date(2026, 3, 9)),
        (date(2026, 3, 7), 3, "FR", date(2026, 3, 11)),
        (date(2026, 3, 2), 15, "FR", date(2026, 3, 23)),
        (date(2026, 4, 3), 1, "FR", date(2026, 4, 7)),  # Easter
        (date(2026, 5, 7), 1, "FR", date(2026, 5, 11)),  # a Friday 8 May
        (date(2026, 5, 7), 1, "BE", date(2026, 5, 8)),
        (date(2026, 7, 20), 1, "BE", date(2026, 7, 22)),
        (date(2026, 7, 20), 1, "FR", date(2026, 7, 21)),
        (date(2026, 12, 24), 5, "FR", date(2027, 1, 4)),
    ],
)
def test_counting_working_days(day: date, count: int, country: str, after: date) -> None:
    assert working_days_after(day, count, country) == after


@given(DAYS, st.integers(1, 60), COUNTRIES)
def test_so_many_working_days_lie_between_and_the_last_one_is_worked(day: date, count: int, country: str) -> None:
    after = working_days_after(day, count, country)
    between = [day + timedelta(days=days) for days in range(1, (after - day).days + 1)]
    assert sum(is_working(it, country) for it in between) == count
    assert is_working(after, country)


@given(DAYS, st.integers(0, 30), st.integers(0, 30), COUNTRIES)
def test_counting_on_from_a_count_is_counting_both(day: date, some: int, more: int, country: str) -> None:
    halfway = working_days_after(day, some, country)
    assert working_days_after(halfway, more, country) == working_days_after(day, some + more, country)
