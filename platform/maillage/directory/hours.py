"""Opening hours: OSM syntax stored, French words shown, "open now" in the country's time with its holidays."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, State, validate

from maillage.kernel import clock

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


@dataclass(frozen=True, slots=True)
class OpenState:
    """Whether a place is open, and until or from when; the change is None when nothing is planned."""

    open: bool
    changes_at: datetime | None


@dataclass(frozen=True, slots=True)
class DayHours:
    day: str
    spans: tuple[str, ...]

    @property
    def words(self) -> str:
        return ", ".join(self.spans) or "fermé"


@lru_cache(maxsize=4096)
def parse(text: str, country: str = "FR") -> OpeningHours | None:
    """What the text says, or None when it is not OSM syntax. Silence about public holidays means closed."""
    if not text.strip():
        return None
    rule = text if "PH" in text or "24/7" in text else f"{text}; PH off"
    return OpeningHours(rule, country=country, timezone=_zone(country)) if validate(rule) else None


def valid(text: str) -> bool:
    return parse(text) is not None


def state(text: str, country: str, at: datetime) -> OpenState | None:
    """Open or closed at this moment; None when the hours are unknown or not certain ("sur rendez-vous")."""
    hours = parse(text, country)
    if hours is None:
        return None
    local = at.astimezone(_zone(country))
    now, _comment = hours.state(local)
    if now == State.UNKNOWN:
        return None
    return OpenState(now == State.OPEN, hours.next_change(local))


def week(text: str, country: str, at: datetime) -> tuple[DayHours, ...]:
    """The coming seven days, holidays counted, today first."""
    hours = parse(text, country)
    if hours is None:
        return ()
    midnight = at.astimezone(_zone(country)).replace(hour=0, minute=0, second=0, microsecond=0)
    days = []
    for offset in range(7):
        start, end = midnight + timedelta(days=offset), midnight + timedelta(days=offset + 1)
        spans = tuple(
            f"{_clock(begin)}–{_clock(finish)}"
            for begin, finish, kind, _comment in hours.intervals(start, end)
            if kind == State.OPEN
        )
        days.append(DayHours(DAYS[start.weekday()], spans))
    return tuple(days)


def _zone(country: str) -> ZoneInfo:
    return clock.ZONES.get(country, clock.ZONES["FR"])


def _clock(at: datetime) -> str:
    return f"{at.hour} h {at.minute:02d}" if at.minute else f"{at.hour} h"
