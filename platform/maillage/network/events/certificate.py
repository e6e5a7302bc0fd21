"""The certificate of somebody who was at a session, as a PDF of one page."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from maillage.directory.keeping.pdf import GREY, day_in_words, new_paper, printer
from maillage.kernel import clock
from maillage.network.events.codes import KINDS, MODES, Mode
from maillage.network.events.queries import Stance

TITLE: Final = "Attestation de présence"


@dataclass(frozen=True, slots=True)
class Holder:
    name: str
    org_name: str
    country: str


def draw(stance: Stance, holder: Holder, *, on: date) -> bytes:
    """Who was there, at what, when and for how long; as whoever organised it noted."""
    sheet = new_paper(TITLE)
    say = printer(sheet)
    say(stance.network.name, 11, colour=GREY)
    sheet.ln(14)
    say(TITLE, 24, bold=True)
    sheet.ln(8)
    say(f"{holder.name}, {holder.org_name}, a participé à :", 12)
    sheet.ln(3)
    say(stance.course.title, 16, bold=True)
    say(KINDS[stance.course.kind], 11, colour=GREY)
    sheet.ln(3)
    for line in _lines(stance, holder.country):
        say(line, 12)
    sheet.ln(10)
    say(f"Attestation établie le {day_in_words(on)} d’après la présence notée par l’organisation de la session.", 11)
    return bytes(sheet.output())


def _lines(stance: Stance, country: str) -> list[str]:
    event, course = stance.event, stance.course
    told = [_span(start, end, country) for start, end in event.spans]
    told.append(f"Durée : {_hours(event.spans)}")
    told.append(MODES[event.mode] if event.mode == Mode.REMOTE else f"{MODES[event.mode]} : {event.place}")
    return [*told, f"Organisme : {course.trainer}"] if course.trainer else told


def _span(start: datetime, end: datetime, country: str) -> str:
    zone = clock.ZONES.get(country, clock.ZONES["FR"])
    first, last = start.astimezone(zone), end.astimezone(zone)
    return f"Le {day_in_words(first.date())}, de {clock.hour_in_words(first)} à {clock.hour_in_words(last)}"


def _hours(spans: list[tuple[datetime, datetime]]) -> str:
    hours, minutes = divmod(int(sum((end - start).total_seconds() for start, end in spans)) // 60, 60)
    return f"{hours} h {minutes:02d}" if minutes else f"{hours} h"
