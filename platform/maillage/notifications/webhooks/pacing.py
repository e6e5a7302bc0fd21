"""How often a program is tried, when it is left alone, and what its answers mean. Pure."""

import random
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

ADMINISTER: Final = "organization.administer"
MOST_WEBHOOKS: Final = 5
SECONDS: Final = 15  # for one attempt in all
KEPT: Final = timedelta(days=30)
FORMER_LASTS: Final = timedelta(days=1)
STOPPED_AFTER: Final = timedelta(days=5)
REST: Final = 10
GONE: Final = 410
# Before each further attempt, as Standard Webhooks 1.0 advises: 75 h 35 in all.
WAITS: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400))


class Outcome(StrEnum):
    DELIVERED = "delivered"
    REFUSED = "refused"
    MOVED = "moved"
    GONE = "gone"
    SLOW = "slow"
    UNREACHABLE = "unreachable"
    FORBIDDEN = "forbidden"


class Stop(StrEnum):
    """Why nothing is sent to a program any more."""

    GONE = "gone"
    FAILING = "failing"


def outcome_of(status: int) -> Outcome:
    """A redirect is a failure: it could lead where no address typed may."""
    if 200 <= status < 300:
        return Outcome.DELIVERED
    if 300 <= status < 400:
        return Outcome.MOVED
    return Outcome.GONE if status == GONE else Outcome.REFUSED


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When to try again after this many; None: not any more. Spread a little, so that a crowd does not come back
    at once."""
    if attempts > len(WAITS):
        return None
    return now + WAITS[attempts - 1] * random.uniform(1, 1.2)  # noqa: S311


def rest_after(took: timedelta, now: datetime) -> datetime | None:
    """Who makes us wait gets a tenth of our time at most: mails go by the same runner."""
    return now + REST * took if took > timedelta(seconds=1) else None


def stop_after(outcome: Outcome, failing_since: datetime, now: datetime) -> Stop | None:
    if outcome is Outcome.GONE:
        return Stop.GONE
    return Stop.FAILING if now - failing_since >= STOPPED_AFTER else None
