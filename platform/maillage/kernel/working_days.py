"""Working days of a country: neither a weekend nor a public holiday. The days that only some regions keep off (Alsace
and Moselle, a Belgian community) are worked here, since no organisation says which it keeps."""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from dateutil.easter import easter

EASTER_MONDAY, ASCENSION, WHIT_MONDAY = 1, 39, 50  # days after Easter Sunday
_MOVABLE: Final = (EASTER_MONDAY, ASCENSION, WHIT_MONDAY)
_COMMON: Final = ((1, 1), (5, 1), (8, 15), (11, 1), (11, 11), (12, 25))
_FIXED: Final = {"FR": (*_COMMON, (5, 8), (7, 14)), "BE": (*_COMMON, (7, 21))}


@lru_cache(maxsize=64)
def holidays(year: int, country: str = "FR") -> frozenset[date]:
    """The public holidays of a country in one year, weekends among them."""
    sunday = easter(year)
    fixed = (date(year, month, day) for month, day in _FIXED.get(country, _FIXED["FR"]))
    return frozenset((*fixed, *(sunday + timedelta(days=days) for days in _MOVABLE)))


def is_working(day: date, country: str = "FR") -> bool:
    return day.weekday() < 5 and day not in holidays(day.year, country)


def working_days_after(day: date, count: int, country: str = "FR") -> date:
    """The day that comes `count` working days after `day`, or the last of the calendar."""
    while count > 0 and day < date.max:
        day += timedelta(days=1)
        count -= is_working(day, country)
    return day
