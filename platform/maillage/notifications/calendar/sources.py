"""What a domain tells of a person's dates."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One date. A calendar is shared, printed and left open: its title names neither a person nor a need.

    `uid` stays while the date moves, and `sequence` grows each time it does. `start` and `end` are moments, or whole
    days of which the last is included. `link` is a path of this application.
    """

    uid: str
    start: datetime | date
    end: datetime | date
    title: str
    place: str = ""
    link: str = ""
    sequence: int = 0
    cancelled: bool = False


Source = Callable[[Session, UUID, Collection[UUID], datetime], Iterable[CalendarEntry]]
_sources: dict[str, Source] = {}


def register_source(name: str, source: Source) -> None:
    """Let a domain tell its dates: those of this person, working for these organisations, that end after a moment.

    It is asked inside the walls of that person at one of the organisations in turn, and may tell a date again.
    """
    if _sources.setdefault(name, source) is not source:
        raise ValueError(f"two sources of dates are called {name}")


def entries(session: Session, user_id: UUID, org_ids: Collection[UUID], since: datetime) -> list[CalendarEntry]:
    """Every date that the domains tell, in the order of time, each once."""
    found = {entry.uid: entry for source in _sources.values() for entry in source(session, user_id, org_ids, since)}
    return in_order(found.values())


def in_order(found: Iterable[CalendarEntry]) -> list[CalendarEntry]:
    return sorted(found, key=lambda entry: (_moment(entry.start), entry.uid))


def _moment(when: datetime | date) -> datetime:
    return when if isinstance(when, datetime) else datetime.combine(when, time.min, UTC)
