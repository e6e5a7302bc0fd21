"""Opening hours: OSM syntax stored, French words shown, "open now" in the country's time with its holidays."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, State, validate

from maillage.kernel import clock

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

_CODES = dict(zip(DAYS, ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"), strict=True))
_CODE = "(Mo|Tu|We|Th|Fr|Sa|Su|PH)"


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


def opens_before(text: str, country: str, at: datetime, until: datetime) -> bool | None:
    """Whether some hours between these two moments are open for sure; None when the hours are unknown."""
    hours = parse(text, country)
    if hours is None:
        return None
    zone = _zone(country)
    coming = hours.intervals(at.astimezone(zone), until.astimezone(zone))
    return any(kind == State.OPEN for _begin, _finish, kind, _comment in coming)


def week(text: str, country: str, at: datetime) -> tuple[DayHours, ...]:
    """The coming seven days, holidays counted, today first."""
    hours = parse(text, country)
    if hours is None:
        return ()
    return _seven_days(hours, at.astimezone(_zone(country)))


def usual_week(text: str, country: str, at: datetime) -> tuple[DayHours, ...]:
    """A week of this season from Monday on, as paper may say it: what closes for a holiday of these days is open."""
    hours = OpeningHours(text, timezone=_zone(country)) if text.strip() and validate(text) else None
    if hours is None:
        return ()
    local = at.astimezone(_zone(country))
    return _seven_days(hours, local - timedelta(days=local.weekday()))


def _seven_days(hours: OpeningHours, first: datetime) -> tuple[DayHours, ...]:
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    days = []
    for offset in range(7):
        start, end = midnight + timedelta(days=offset), midnight + timedelta(days=offset + 1)
        spans = tuple(
            f"{clock.hour_in_words(begin)}–{clock.hour_in_words(finish)}"
            for begin, finish, kind, _comment in hours.intervals(start, end)
            if kind == State.OPEN
        )
        days.append(DayHours(DAYS[start.weekday()], spans))
    return tuple(days)


def from_words(text: str) -> str:
    """« lundi au vendredi 9h-12h et 14h-17h30 » as OSM hours; what is not understood is left as typed."""
    said = re.sub(r"\bjours? fériés?\b", "PH", text.strip(), flags=re.I)
    for day, code in _CODES.items():
        said = re.sub(rf"\b(?:{day}s?|{day[:3]}\.?)(?![a-zà-ÿ])", code, said, flags=re.I)
    said = re.sub(r"\bfermée?s?\b", "off", said, flags=re.I)
    said = re.sub(r"(\d{1,2}) ?[hH:] ?(\d{2})?(?!\d)", lambda at: f"{int(at[1]):02d}:{at[2] or '00'}", said)
    said = re.sub(rf"{_CODE}\s*(?:-|–|au|à)\s*{_CODE}", r"\1-\2", said)
    said = re.sub(rf"{_CODE}\s*(?:,|et)\s*(?={_CODE})", r"\1,", said)
    said = re.sub(rf"{_CODE}\s*:?\s*(?:de\s+)?(?=\d)", r"\1 ", said)
    said = re.sub(r"(\d{2}:\d{2})\s*(?:-|–|à)\s*(\d{2}:\d{2})", r"\1-\2", said)
    said = re.sub(r"(\d{2}:\d{2})\s*(?:,|/|et(?: de)?)\s*(?=\d{2}:\d{2})", r"\1,", said)
    return re.sub(r"\s*[;\n]\s*", "; ", said).strip("; .")


def to_words(osm: str) -> str:
    """The same the other way; hours too elaborate for these words are shown as they are stored."""
    said = osm.replace("PH", "jours fériés").replace("off", "fermé")
    for day, code in _CODES.items():
        said = re.sub(rf"\b{code}\b", day, said)
    said = re.sub(r"([a-z])-([a-z])", r"\1 au \2", said)
    said = re.sub(r"\b0?(\d{1,2}):(\d{2})", lambda at: f"{at[1]}h{at[2] if at[2] != '00' else ''}", said)
    said = said.replace(",", ", ")
    return said if from_words(said) == osm else osm


def _zone(country: str) -> ZoneInfo:
    return clock.ZONES.get(country, clock.ZONES["FR"])
