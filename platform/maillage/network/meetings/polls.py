"""What a date poll says: how many can come on each date, which comes first, and whether that is a tie."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from maillage.network.meetings.codes import Vote


@dataclass(frozen=True, slots=True)
class Tally:
    """One date of a poll, counted."""

    date_id: UUID
    starts_at: datetime
    yes: int
    if_needed: int
    no: int

    @property
    def reach(self) -> tuple[int, int]:
        """As many people as possible first; among equals, those who come gladly."""
        return self.yes + self.if_needed, self.yes

    @property
    def comers(self) -> int:
        return self.yes + self.if_needed


def tally(dates: Mapping[UUID, datetime], votes: Iterable[tuple[UUID, str]]) -> list[Tally]:
    """Every date in the order of the calendar, with its votes."""
    counts = Counter(votes)
    return [
        Tally(date_id, at, *(counts[date_id, vote.value] for vote in Vote))
        for date_id, at in sorted(dates.items(), key=lambda it: it[1])
    ]


def best(tallies: Sequence[Tally]) -> frozenset[UUID]:
    """The dates that most can make: one, or several that are level; none as long as nobody can come on any."""
    top = max((it.reach for it in tallies), default=(0, 0))
    return frozenset(it.date_id for it in tallies if it.reach == top) if top[0] else frozenset()
