"""Which answers are open, now or in the coming days. Hours are no field of the index: only the lines read are known."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from maillage.directory import hours

Opening = Literal["", "now", "week"]

OPENINGS: Mapping[Opening, str] = {"now": "Ouvert maintenant", "week": "Ouvert dans les 7 jours"}
WEEK = timedelta(days=7)
LOOKED_AT = 100
"""Candidates whose hours are read for one page: the best ones, and few enough to be read at once."""


def is_open(schedules: Iterable[str], country: str, opening: Opening, at: datetime) -> bool | None:
    """Whether one of these schedules may be counted on then; None when none of them is known."""
    known = [told for text in schedules if (told := _is_open(text, country, opening, at)) is not None]
    return any(known) if known else None


def _is_open(text: str, country: str, opening: Opening, at: datetime) -> bool | None:
    if opening == "now":
        now = hours.state(text, country, at)
        return now.open if now else None
    return hours.opens_before(text, country, at, at + WEEK)
