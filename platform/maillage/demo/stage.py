"""What the demonstration plays: a situation on its stage, and what happens there, each at its moment."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from maillage.demo.content import Row
from maillage.kernel import clock
from maillage.kernel.actor import Actor

ActorOf = Callable[[str], Actor]


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that somebody did, at its moment. Those of all situations are played in one order: as they happened."""

    at: datetime
    do: Callable[[], object]


@dataclass(slots=True)
class Stage:
    """One situation while its histories are played."""

    row: Row
    sender: Actor
    receivers: dict[str, Actor]
    created: datetime
    situation_id: UUID | None = None
    ids: dict[str, UUID] = field(default_factory=dict)

    def at(self, days: int, minutes: int = 0) -> datetime:
        return min(self.created + timedelta(days=days, minutes=minutes), clock.now())

    def day(self, days: int | None) -> date | None:
        return None if days is None else (self.created + timedelta(days=days)).date()
