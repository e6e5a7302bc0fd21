"""Quiet evenings and weekends, on the reader's clock."""

from datetime import UTC, datetime

import pytest

from maillage.notifications.quiet import leaves_at
from maillage.notifications.values import Quiet

NIGHTS, WEEKENDS, BOTH = Quiet(20, 7), Quiet(weekends=True), Quiet(20, 7, weekends=True)


@pytest.mark.parametrize(
    ("quiet", "posted", "leaves"),
    [  # 2026-03-02 is a Monday; Paris is an hour ahead in winter, two in summer
        (None, "2026-03-07T22:30", "2026-03-07T22:30"),
        (Quiet(), "2026-03-07T22:30", "2026-03-07T22:30"),
        (NIGHTS, "2026-03-02T18:59", "2026-03-02T18:59"),
        (NIGHTS, "2026-03-02T19:00", "2026-03-03T06:00"),
        (NIGHTS, "2026-03-03T03:10", "2026-03-03T06:00"),
        (NIGHTS, "2026-03-03T06:00", "2026-03-03T06:00"),
        (NIGHTS, "2026-03-07T12:00", "2026-03-07T12:00"),
        (NIGHTS, "2026-03-28T21:00", "2026-03-29T05:00"),  # the night of summer time is an hour shorter
        (WEEKENDS, "2026-03-06T22:59", "2026-03-06T22:59"),
        (WEEKENDS, "2026-03-06T23:00", "2026-03-08T23:00"),
        (WEEKENDS, "2026-03-08T12:00", "2026-03-08T23:00"),
        (BOTH, "2026-03-06T20:00", "2026-03-09T06:00"),
        (BOTH, "2026-03-07T12:00", "2026-03-09T06:00"),
    ],
)
def test_what_can_wait_waits_for_the_end_of_the_quiet(quiet: Quiet | None, posted: str, leaves: str) -> None:
    moment = datetime.fromisoformat(posted).replace(tzinfo=UTC)
    assert leaves_at(moment, quiet, "FR") == datetime.fromisoformat(leaves).replace(tzinfo=UTC)
