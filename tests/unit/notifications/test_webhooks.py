"""Signatures after Standard Webhooks 1.0, and when a program is tried again or left alone."""

from datetime import UTC, datetime, timedelta

import pytest

from maillage.notifications.webhooks import pacing, signing
from maillage.notifications.webhooks.pacing import Outcome, Stop

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def test_the_signature_is_that_of_the_published_vector() -> None:
    """The vector that the reference libraries of Standard Webhooks test themselves with."""
    headers = signing.headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_secrets_are_as_long_as_the_standard_asks() -> None:
    first, second = signing.new_secret(), signing.new_secret()
    assert first.startswith("whsec_") and len(first) == len("whsec_") + 44
    assert first != second


def test_ten_attempts_are_made_in_three_days_and_some_hours() -> None:
    assert sum(pacing.WAITS, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
    assert pacing.next_attempt(10, NOW) is None
    for attempts, wait in enumerate(pacing.WAITS, start=1):
        moments = {pacing.next_attempt(attempts, NOW) for _ in range(5)}
        assert all(moment is not None and wait <= moment - NOW <= wait * 1.2 for moment in moments)
        assert len(moments) > 1, "a crowd would come back at once"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.DELIVERED), (204, Outcome.DELIVERED), (101, Outcome.REFUSED), (301, Outcome.MOVED),
        (307, Outcome.MOVED), (304, Outcome.MOVED), (400, Outcome.REFUSED), (410, Outcome.GONE), (503, Outcome.REFUSED),
    ],
)  # fmt: skip
def test_what_an_answer_means(status: int, outcome: Outcome) -> None:
    assert pacing.outcome_of(status) is outcome


def test_who_fails_for_days_or_says_so_is_left_alone() -> None:
    assert pacing.stop_after(Outcome.GONE, NOW, NOW) is Stop.GONE
    assert pacing.stop_after(Outcome.SLOW, NOW - timedelta(days=4), NOW) is None
    assert pacing.stop_after(Outcome.SLOW, NOW - pacing.STOPPED_AFTER, NOW) is Stop.FAILING


def test_who_makes_us_wait_gets_a_tenth_of_our_time() -> None:
    assert pacing.rest_after(timedelta(seconds=15), NOW) == NOW + timedelta(seconds=150)
    assert pacing.rest_after(timedelta(milliseconds=80), NOW) is None
