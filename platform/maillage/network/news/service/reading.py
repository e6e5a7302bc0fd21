"""What a reader does: having read it, commenting it."""

from uuid import UUID

from maillage.kernel import audit, clock, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import session as reading
from maillage.kernel.db import transaction
from maillage.kernel.errors import Forbidden, NotFound
from maillage.kernel.ids import new_id
from maillage.network.news import notices, policy, queries
from maillage.network.news.models import NewsComment, NewsReading
from maillage.network.news.states import Deed, Role
from maillage.network.wording.checks import check
from maillage.notifications.service import mark_read_about


def mark_read(actor: Actor, *, news_id: UUID, roles: frozenset[Role]) -> None:
    """Remember, once, that somebody to whom it was sent has it before them."""
    if Role.READER not in roles or actor.user_id is None:
        return
    if reading().get(NewsReading, (news_id, actor.user_id)) is not None:
        return
    with transaction() as session:
        session.add(NewsReading(news_id=news_id, user_id=actor.user_id))
        mark_read_about(session, user_id=actor.user_id, about=news_id)


def comment(actor: Actor, *, news_id: UUID, text: str, nobody: bool = False) -> UUID:
    """Say something that all its readers read. Raises NotFound, Forbidden, Invalid, SomebodyNamed."""
    check({"text": text}, nobody=nobody)
    assert actor.user_id is not None and actor.org_id is not None
    with transaction() as session:
        news, roles, *_ = queries.load(session, actor, news_id)
        policy.ensure(Deed.COMMENT, roles, news.status)
        row = NewsComment(id=new_id(), news_id=news_id, user_id=actor.user_id, org_id=actor.org_id, text=text)
        session.add(row)
        audit.record(session, actor, "news.commented", "news", news_id, comment=str(row.id), confirmed=nobody)
        outbox.enqueue(session, notices.JOB_COMMENTED, {"comment_id": str(row.id)})
        return row.id


def withdraw_comment(actor: Actor, *, news_id: UUID, comment_id: UUID) -> None:
    """Take a comment's words away. Raises NotFound, Forbidden."""
    with transaction() as session:
        _, roles, *_ = queries.load(session, actor, news_id)
        row = session.get(NewsComment, comment_id)
        if row is None or row.news_id != news_id:
            raise NotFound()
        if not policy.may_withdraw(actor, roles, row.user_id):
            raise Forbidden()
        row.text, row.withdrawn_at = "", row.withdrawn_at or clock.now()
        audit.record(session, actor, "news.comment_withdrawn", "news", news_id, comment=str(comment_id))
