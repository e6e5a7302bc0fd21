"""Dates as calendar applications read them: each domain tells its own, in words that say nothing of a person."""

from maillage.notifications.calendar.rfc5545 import MEDIA_TYPE, ics
from maillage.notifications.calendar.sources import CalendarEntry, entries, register_source

__all__ = ["MEDIA_TYPE", "CalendarEntry", "entries", "ics", "register_source"]
