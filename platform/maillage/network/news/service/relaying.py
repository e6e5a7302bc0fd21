"""Passing news on to one's own group, with a word."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, NotFound
from maillage.network.news import notices, policy, queries
from maillage.network.news.models import NewsGroup
from maillage.network.news.states import Deed, To
from maillage.network.wording.checks import check


def relay(actor: Actor, *, news_id: UUID, group_id: UUID, word: str, nobody: bool = False) -> None:
    """Send it to everybody of a group that the actor animates, who read the word above it. Once for each group.

    Raises NotFound, Forbidden, Conflict when another lead did it already, Invalid, SomebodyNamed.
    """
    check({"word": word}, nobody=nobody)
    with transaction() as session:
        news, roles, sits, _ = queries.load(session, actor, news_id)
        policy.ensure(Deed.RELAY, roles, news.status)
        if not sits.animates(group_id) or sits.groups[group_id] != news.network_id:
            raise NotFound()
        row = _row(session, news_id, group_id)
        row.to, row.word = To.EVERYBODY, word
        row.relayed_by, row.relayed_at = actor.user_id, clock.now()
        audit.record(session, actor, "news.relayed", "news", news_id, group=str(group_id), confirmed=nobody)
        outbox.enqueue(session, notices.JOB_RELAYED, {"news_id": str(news_id), "group_id": str(group_id)})


def _row(session: Session, news_id: UUID, group_id: UUID) -> NewsGroup:
    known = select(NewsGroup).where(NewsGroup.news_id == news_id, NewsGroup.group_id == group_id)
    row = session.scalar(known.with_for_update())
    if row is None:
        row = NewsGroup(news_id=news_id, group_id=group_id)
        session.add(row)
    elif row.relayed_at is not None:
        raise Conflict("Cette actualité a déjà été relayée à ce groupe.")
    return row
