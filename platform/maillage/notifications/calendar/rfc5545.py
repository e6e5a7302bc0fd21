"""Dates written as iCalendar (RFC 5545). Moments are in UTC, so that no description of time zones is needed."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from maillage.kernel import clock
from maillage.notifications.calendar.sources import CalendarEntry

MEDIA_TYPE: Final = "text/calendar"
LONGEST: Final = 75  # bytes of a line, as the standard wants it


def ics(entries: Iterable[CalendarEntry], *, site: str = "") -> bytes:
    """A calendar file; `site` is the address of this instance, for links from outside."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Maillage//FR", "METHOD:PUBLISH", "X-WR-CALNAME:Maillage"]
    lines += ["REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"]
    for entry in entries:
        lines += _event(entry, site.rstrip("/"))
    lines.append("END:VCALENDAR")
    return b"".join(piece + b"\r\n" for line in lines for piece in _folded(line.encode()))


def _event(entry: CalendarEntry, site: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(entry.uid)}"
    yield f"DTSTAMP:{_utc(clock.now())}"
    yield f"DTSTART{_when(entry.start)}"
    yield f"DTEND{_when(entry.end, last=True)}"
    yield f"SUMMARY:{_text(entry.title)}"
    if entry.place:
        yield f"LOCATION:{_text(entry.place)}"
    if entry.link:
        yield f"URL:{site}{entry.link}"
    yield f"SEQUENCE:{entry.sequence}"
    yield f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}"
    yield "CLASS:PRIVATE"
    yield "END:VEVENT"


def _when(when: datetime | date, *, last: bool = False) -> str:
    if isinstance(when, datetime):
        return f":{_utc(when)}"
    return f";VALUE=DATE:{when + timedelta(days=last):%Y%m%d}"  # the standard names the day after the last


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """What somebody typed stays one value: it can neither end its line nor begin another property."""
    plain = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "".join(one if one.isprintable() else " " for one in "\\n".join(plain.splitlines()))


def _folded(line: bytes) -> Iterator[bytes]:
    """Pieces of at most LONGEST bytes, never cut inside a character; those after the first begin with a space."""
    start = b""
    while len(line) > LONGEST - len(start):
        cut = LONGEST - len(start)
        while line[cut] & 0xC0 == 0x80:
            cut -= 1
        yield start + line[:cut]
        start, line = b" ", line[cut:]
    yield start + line
