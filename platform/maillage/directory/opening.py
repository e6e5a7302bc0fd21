"""Which answers are open, now or in the coming days. Hours are no field of the index: only the lines read are known."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from maillage.directory import hours
from maillage.directory.presenters import CardView

Opening = Literal["", "now", "week"]

OPENINGS: Mapping[Opening, str] = {"now": "Ouvert maintenant", "week": "Ouvert dans les 7 jours"}
WEEK = timedelta(days=7)
LOOKED_AT = 100
"""Candidates whose hours are read for one page: the best ones, and few enough to be read at once."""


def is_open(card: CardView, opening: Opening, at: datetime) -> bool | None:
    """Whether this reader may count on it being open then; None when the hours are not known to them."""
    text = card.place.opening_hours if card.place else ""
    now = hours.state(text, card.country, at)
    if opening == "now":
        return now.open if now else None
    return hours.opens_before(text, card.country, at, at + WEEK)
