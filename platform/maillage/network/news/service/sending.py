"""Sending news to those they are for: run by jobs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import literal, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from maillage.accounts.queries import recipients_among
from maillage.accounts.roles import roles_giving
from maillage.kernel import clock
from maillage.kernel.db import transaction
from maillage.network.groups.queries import member_recipients
from maillage.network.news import notices
from maillage.network.news.models import News, NewsComment, NewsGroup
from maillage.network.news.states import TO, Status, To
from maillage.network.spreading import spread
from maillage.notifications import service as notifications
from maillage.notifications.values import Recipient


def send(news_id: UUID, send_at: datetime) -> None:
    """Let a scheduled piece leave, unless it was held back or put to another time meanwhile."""
    with transaction() as session:
        due = (News.id == news_id, News.status == Status.SCHEDULED, News.send_at == send_at)
        leaves = update(News).where(*due).values(status=Status.SENT, sent_at=clock.now())
        done: CursorResult[Any] = session.execute(leaves)  # type: ignore[assignment]
        if done.rowcount == 1:
            _tell(session, news_id)


def send_on(news_id: UUID, group_id: UUID) -> None:
    """To the group that a lead passed it on to: those of it who have not been told."""
    with transaction() as session:
        _tell(session, news_id, only=group_id)


def tell_commented(comment_id: UUID) -> None:
    """Who wrote the news."""
    with transaction() as session:
        comment = session.get_one(NewsComment, comment_id)
        news = session.get_one(News, comment.news_id)
        if news.user_id == comment.user_id:
            return
        author = select(literal(news.user_id).label("user_id"), literal(news.org_id).label("org_id"))
        notifications.post(
            session,
            notice=notices.of_news(notices.COMMENTED, news.id),
            recipients=recipients_among(session, author),
            dedup_key=f"news.commented:{comment_id}",
        )


def _tell(session: Session, news_id: UUID, only: UUID | None = None) -> None:
    news = session.get_one(News, news_id)
    rows = session.scalars(select(NewsGroup).where(NewsGroup.news_id == news_id)).all()
    everybody = _meant(session, news, rows)
    news.told = len(everybody)
    told = everybody if only is None else _meant(session, news, [row for row in rows if row.group_id == only])
    spread(
        session,
        notice=notices.of_news(notices.SENT, news_id),
        network_id=news.network_id,
        recipients=list(told.values()),
        dedup_key=f"news.sent:{news_id}",
    )


def _meant(session: Session, news: News, rows: Iterable[NewsGroup]) -> dict[UUID | None, Recipient]:
    """Once each, whichever groups they are in."""
    kinds: dict[str, list[UUID]] = {}
    for row in rows:
        kinds.setdefault(row.to, []).append(row.group_id)
    meant: dict[UUID | None, Recipient] = {}
    for to, group_ids in kinds.items():
        meant |= {who.user_id: who for who in member_recipients(session, group_ids, roles=_roles(To(to)))}
    meant.pop(news.user_id, None)
    return meant


def _roles(to: To) -> list[str] | None:
    if to is To.LEADS:
        return ["lead"]
    permission = TO[to].permission
    return roles_giving(permission) if permission is not None else None
