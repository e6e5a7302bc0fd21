"""What people would like to learn: one's own, and counted by territory for those who organise."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.kernel.actor import Actor
from maillage.network.events.models import TrainingNeed
from maillage.network.events.queries.stance import Hosts


@dataclass(frozen=True, slots=True)
class NeedCount:
    """How many want to learn about one theme: in all, by group, and the words that they added."""

    theme: str
    total: int
    by_group: Mapping[UUID, int]
    words: tuple[str, ...]


def own_needs(session: Session, actor: Actor, network_id: UUID) -> Sequence[TrainingNeed]:
    rows = select(TrainingNeed).where(
        TrainingNeed.network_id == network_id,
        TrainingNeed.user_id == actor.user_id,
        TrainingNeed.org_id == actor.org_id,
    )
    return session.scalars(rows.order_by(TrainingNeed.at, TrainingNeed.id)).all()


def wanted(session: Session, hosts: Hosts) -> list[NeedCount]:
    """What is wanted in the groups that the actor organises for, most wanted first; one statement. Nobody is named."""
    rows = session.scalars(
        select(TrainingNeed)
        .where(TrainingNeed.network_id == hosts.network.id, TrainingNeed.host_id.in_(hosts.groups))
        .order_by(TrainingNeed.words, TrainingNeed.id)
    )
    by_theme: dict[str, list[TrainingNeed]] = {}
    for row in rows:
        by_theme.setdefault(row.theme, []).append(row)
    counts = [_count(theme, found) for theme, found in by_theme.items()]
    return sorted(counts, key=lambda one: (-one.total, one.theme))


def _count(theme: str, found: list[TrainingNeed]) -> NeedCount:
    by_group = Counter(row.host_id for row in found)
    return NeedCount(theme, len(found), by_group, tuple(dict.fromkeys(row.words for row in found if row.words)))
