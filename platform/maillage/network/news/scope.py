"""Which news exist for somebody, as conditions of a query: the rules of `policy`, asked of many rows at once."""

from sqlalchemy import ColumnElement, and_, exists, false, or_

from maillage.kernel.actor import Actor
from maillage.network.news.models import News, NewsGroup
from maillage.network.news.states import Status, meant_for
from maillage.network.seats import Seats


def sent_to(actor: Actor, seats: Seats) -> ColumnElement[bool]:
    """The news that were sent to somebody who sits there."""
    led, others = seats.leads, seats.groups.keys() - seats.leads
    kinds = [
        and_(NewsGroup.group_id.in_(groups), NewsGroup.to.in_(meant_for(actor, is_lead=is_lead)))
        for groups, is_lead in ((led, True), (others, False))
        if groups
    ]
    return and_(News.status == Status.SENT, exists().where(NewsGroup.news_id == News.id, or_(false(), *kinds)))


def received(actor: Actor, seats: Seats) -> ColumnElement[bool]:
    """The same, with what groups write for who coordinates them."""
    if seats.coordinates is None:
        return sent_to(actor, seats)
    of_groups = and_(News.group_id.is_not(None), News.network_id == seats.coordinates, News.status == Status.SENT)
    return or_(sent_to(actor, seats), of_groups)


def written(seats: Seats) -> ColumnElement[bool]:
    """The news that are theirs to write, sent or not."""
    own = (News.network_id == seats.coordinates) & News.group_id.is_(None)
    return or_(own, News.group_id.in_(seats.leads)) if seats.coordinates else News.group_id.in_(seats.leads)
