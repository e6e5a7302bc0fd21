"""The one clock. Times are stored in UTC; only pages and mails translate them to a country's zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONES = {"FR": ZoneInfo("Europe/Paris"), "BE": ZoneInfo("Europe/Brussels")}

_shift: ContextVar[timedelta] = ContextVar("clock_shift", default=timedelta())


def now() -> datetime:
    """The present, timezone-aware, in UTC."""
    return datetime.now(UTC) + _shift.get()


def today(country: str = "FR") -> date:
    """The calendar day that people of `country` are living."""
    return now().astimezone(ZONES.get(country, ZONES["FR"])).date()


def hour_in_words(at: datetime) -> str:
    """« 9 h », « 14 h 05 », by the zone of `at`. Its parts stay on one line."""
    return f"{at.hour}\u00a0h\u00a0{at.minute:02d}" if at.minute else f"{at.hour}\u00a0h"


def end_of(day: date, country: str = "FR") -> datetime:
    """The midnight that ends `day` for the people of `country`."""
    zone = ZONES.get(country, ZONES["FR"])
    return datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Live at `moment` inside the block: demonstration histories, `tick --at`, tests."""
    token = _shift.set(moment - datetime.now(UTC))
    try:
        yield
    finally:
        _shift.reset(token)
