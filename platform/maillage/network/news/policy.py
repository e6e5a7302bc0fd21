"""Who somebody is for a piece of news, and what they may do with it now."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from maillage.kernel.actor import Actor
from maillage.kernel.errors import Conflict, Forbidden, NotFound
from maillage.network.news.models import News, NewsGroup
from maillage.network.news.states import TABLE, Deed, Role, Status, may, meant_for
from maillage.network.seats import Seats

MOVED: Final = "Cette actualité a changé entre-temps : relisez-la avant de continuer."


def roles_of(actor: Actor, seats: Seats, news: News, sent_to: Iterable[NewsGroup]) -> frozenset[Role]:
    """Empty for whom it does not exist."""
    held = set()
    if writes(seats, news):
        held.add(Role.WRITER)
    if news.group_id is not None and news.network_id == seats.coordinates:
        held.add(Role.COORDINATOR)
    received = [one for one in sent_to if receives(actor, seats, one)] if news.status == Status.SENT else []
    if received:
        held.add(Role.READER)
    if received and seats.leads:
        held.add(Role.LEAD)
    return frozenset(held) if may(Deed.READ, held, news.status) else frozenset()


def writes(seats: Seats, news: News) -> bool:
    if news.group_id is None:
        return news.network_id == seats.coordinates
    return seats.animates(news.group_id)


def receives(actor: Actor, seats: Seats, sent: NewsGroup) -> bool:
    in_group = sent.group_id in seats.groups
    return in_group and sent.to in meant_for(actor, is_lead=seats.animates(sent.group_id))


def ensure(deed: Deed, roles: frozenset[Role], status: str) -> None:
    """Raises NotFound for what does not exist for them, Forbidden when the deed is never theirs, Conflict when it is
    not now."""
    if not roles:
        raise NotFound()
    if may(deed, roles, status):
        return
    raise Conflict(MOVED) if any(row.by & roles for row in TABLE[deed]) else Forbidden()


def may_withdraw(actor: Actor, roles: frozenset[Role], author_id: UUID) -> bool:
    """A comment: its author, and who wrote the news."""
    return author_id == actor.user_id or may(Deed.MODERATE, roles, Status.SENT)
