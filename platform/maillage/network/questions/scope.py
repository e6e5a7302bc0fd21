"""Which questions exist for somebody, as a condition of a query: the rules of `policy`, asked of many rows at once."""

from sqlalchemy import ColumnElement, and_, false, or_

from maillage.network.groups.models import Audience
from maillage.network.questions.models import Question
from maillage.network.seats import Seats


def visible(seats: Seats) -> ColumnElement[bool]:
    """The questions that exist for somebody who sits there: network after network, as they are indexed."""
    rules = [Question.network_id == seats.coordinates] if seats.coordinates is not None else []
    for network_id in seats.networks - {seats.coordinates}:
        groups = [group_id for group_id, one in seats.groups.items() if one == network_id]
        theirs = or_(Question.group_id.in_(groups), Question.audience == Audience.NETWORK)
        rules.append(and_(Question.network_id == network_id, theirs))
    return or_(false(), *rules) if len(rules) != 1 else rules[0]
