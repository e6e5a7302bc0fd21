"""Which news exist for somebody, as conditions of a query: the rules of `policy`, asked of many rows at once. Written
once, for the values that `values` gives them."""

from typing import Any, Final

from sqlalchemy import and_, bindparam, exists, or_

from maillage.kernel.actor import Actor
from maillage.network.news.models import News, NewsGroup
from maillage.network.news.states import Status, meant_for
from maillage.network.seats import Seats

MEANT: Final = or_(
    and_(
        NewsGroup.group_id.in_(bindparam("led", expanding=True)),
        NewsGroup.to.in_(bindparam("to_leads", expanding=True)),
    ),
    and_(
        NewsGroup.group_id.in_(bindparam("others", expanding=True)),
        NewsGroup.to.in_(bindparam("to_others", expanding=True)),
    ),
)
"""What went to a group for somebody who sits there."""
SENT: Final = News.status == Status.SENT
_COORDINATED: Final = News.network_id == bindparam("coordinates")
OVERSEEN: Final = and_(_COORDINATED, News.group_id.is_not(None))
"""What groups write, for who coordinates them."""
SENT_TO: Final = and_(SENT, exists().where(NewsGroup.news_id == News.id, MEANT))
RECEIVED: Final = or_(SENT_TO, and_(SENT, OVERSEEN))
WRITTEN: Final = or_(and_(_COORDINATED, News.group_id.is_(None)), News.group_id.in_(bindparam("led", expanding=True)))
"""The news that are theirs to write, sent or not."""


def values(actor: Actor, sits: Seats) -> dict[str, Any]:
    """Who somebody is for these conditions."""
    return {
        "led": list(sits.leads),
        "to_leads": meant_for(actor, is_lead=True),
        "others": list(sits.groups.keys() - sits.leads),
        "to_others": meant_for(actor, is_lead=False),
        "coordinates": sits.coordinates,
    }
