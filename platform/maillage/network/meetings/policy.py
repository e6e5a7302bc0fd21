"""Who may do what with a meeting: pure rules over the tables of `codes`.

Whoever is not of the group gets NotFound before any of this, from its walls. Who is of it but is not the one to act
gets Forbidden; who may, but not as things stand, gets Conflict.
"""

from datetime import datetime, timedelta
from typing import Final

from maillage.kernel import clock
from maillage.kernel.errors import Conflict, Forbidden
from maillage.network.meetings.codes import RIGHTS, Act, State, Who
from maillage.network.meetings.models import Meeting

MOST_DATES: Final = 12
MOST_ITEMS: Final = 40
MOST_GUESTS: Final = 30
FURTHEST: Final = timedelta(days=730)
GUEST_LINK_OUTLIVES: Final = timedelta(hours=12)
GUEST_ADDRESS_KEPT: Final = timedelta(days=30)
REMINDED_BEFORE: Final = timedelta(days=2)
MOVED_ON: Final = "Cette action n’est plus possible : la réunion a changé d’étape."
TOO_EARLY: Final = "La réunion s’ouvre le jour même."


def allowed(who: Who, state: str, act: Act) -> bool:
    return State(state) in RIGHTS[act].get(who, ())


def check(who: Who, meeting: Meeting, act: Act) -> None:
    """Raises Forbidden to whom it is never given, Conflict to whom it is not given now."""
    if who not in RIGHTS[act]:
        raise Forbidden("Seule l’animation du groupe peut le faire.")
    if not allowed(who, meeting.state, act):
        raise Conflict(MOVED_ON)


def day_has_come(meeting: Meeting, now: datetime) -> bool:
    """Whether the meeting may be opened: people come early, nobody opens it on the eve."""
    return meeting.starts_at is not None and now >= meeting.starts_at - timedelta(hours=12)


def ends_at(meeting: Meeting) -> datetime | None:
    return None if meeting.starts_at is None else meeting.starts_at + timedelta(minutes=meeting.minutes_long)


def link_lasts_until(meeting: Meeting) -> datetime:
    """A guest's link: as long as there is a meeting to come to."""
    end = ends_at(meeting)
    assert end is not None, "guests are invited to a date"
    return end + GUEST_LINK_OUTLIVES


def is_near(meeting: Meeting, now: datetime) -> bool:
    """Whether everybody expected is to be reminded of it by now."""
    return meeting.starts_at is not None and meeting.starts_at <= now + REMINDED_BEFORE


def date_refusal(at: datetime) -> str | None:
    """Why no meeting can be held then; None when one can."""
    now = clock.now()
    if at <= now:
        return "Choisissez une date à venir."
    return "Choisissez une date d’ici deux ans." if at > now + FURTHEST else None
