"""Opening hours as people ask: is it open now, until when, and on holidays."""

from datetime import UTC, datetime

import pytest

from maillage.directory import hours

WEEK = "Mo-Fr 09:00-12:00,13:30-17:00"


@pytest.mark.parametrize(
    ("text", "country", "at", "is_open"),
    [
        (WEEK, "FR", datetime(2026, 11, 23, 9, 30, tzinfo=UTC), True),  # a Monday, 10:30 in Paris
        (WEEK, "FR", datetime(2026, 11, 23, 11, 30, tzinfo=UTC), False),  # lunch
        (WEEK, "FR", datetime(2026, 7, 14, 8, 0, tzinfo=UTC), False),  # a holiday in France …
        (WEEK, "BE", datetime(2026, 7, 14, 8, 0, tzinfo=UTC), True),  # … and not in Belgium
        (WEEK, "BE", datetime(2026, 7, 21, 8, 0, tzinfo=UTC), False),
        (WEEK + "; PH 09:00-12:00", "FR", datetime(2026, 7, 14, 8, 0, tzinfo=UTC), True),
        ("24/7", "FR", datetime(2026, 12, 25, 3, 0, tzinfo=UTC), True),
    ],
)
def test_open_now(text: str, country: str, at: datetime, is_open: bool) -> None:
    found = hours.state(text, country, at)
    assert found is not None
    assert found.open is is_open


@pytest.mark.parametrize("text", ["", "  ", "sur rendez-vous", "Mo-Fr 9h-12h", "Mo-Fr 09:00-12:00 unknown"])
def test_unknown_hours_say_nothing(text: str) -> None:
    assert hours.state(text, "FR", datetime(2026, 11, 23, 9, 30, tzinfo=UTC)) is None


def test_the_coming_week_starts_today_and_knows_holidays() -> None:
    days = hours.week(WEEK, "FR", datetime(2026, 12, 24, 9, 0, tzinfo=UTC))
    assert [day.day for day in days][:3] == ["jeudi", "vendredi", "samedi"]
    assert days[0].words == "9\u00a0h–12\u00a0h, 13\u00a0h\u00a030–17\u00a0h"
    assert days[1].words == "fermé"


def test_paper_says_the_usual_week_from_monday_on_whatever_the_holidays() -> None:
    days = hours.usual_week(WEEK, "FR", datetime(2026, 12, 24, 9, 0, tzinfo=UTC))
    assert [day.day for day in days] == list(hours.DAYS)
    assert {day.words for day in days[:5]} == {"9\u00a0h–12\u00a0h, 13\u00a0h\u00a030–17\u00a0h"}
    assert hours.usual_week("sur rendez-vous", "FR", datetime(2026, 12, 24, tzinfo=UTC)) == ()
