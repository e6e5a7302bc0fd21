"""News, the groups that they were sent to, what was said of them, and that somebody has read them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import Id, OfPerson, Viewer, Walled, column, looked_up
from maillage.network.groups.models import in_group, leads_group, over_group, owns_network
from maillage.network.news.states import Status, To


class News(Walled, Base):
    """What the coordination (`group_id` None) or the leads of a group wrote; `told`: how many it was sent to;
    `event_id`: the session that it announces."""

    __tablename__ = "news"
    __table_args__ = (Index("ix_news_network_id_sent_at", "network_id", "sent_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id"))
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("peer_group.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    title: Mapped[str] = mapped_column(String(160))
    text: Mapped[str] = mapped_column(String(8000))
    status: Mapped[str] = mapped_column(String(12), default=Status.DRAFT)
    send_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told: Mapped[int] = mapped_column(default=0)
    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("event.id"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        return cls.door(viewer) | ((cls.status == Status.SENT.value) & _sent_to(cls.id, viewer))

    @classmethod
    def door(cls, viewer: Viewer) -> ColumnElement[bool]:
        """A group's own leads, and who coordinates. What is not sent yet, nobody else knows of."""
        return leads_group(column(cls, "group_id"), viewer) | owns_network(column(cls, "network_id"), viewer)


class NewsGroup(Walled, Base):
    """A group that news went to: for whom in it, and with which word of a lead who passed it on."""

    __tablename__ = "news_group"
    __table_args__ = (Index("ix_news_group_group_id", "group_id"),)

    news_id: Mapped[UUID] = mapped_column(ForeignKey("news.id", ondelete="CASCADE"), primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("peer_group.id"), primary_key=True)
    to: Mapped[str] = mapped_column(String(12), default=To.EVERYBODY)
    word: Mapped[str] = mapped_column(String(600), default="")
    relayed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    relayed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        return in_group(cls.group_id, viewer) | over_group(cls.group_id, viewer)

    @classmethod
    def door(cls, viewer: Viewer) -> ColumnElement[bool]:
        return leads_group(column(cls, "group_id"), viewer) | over_group(cls.group_id, viewer)


class NewsComment(Walled, Base):
    """What a reader said of it."""

    __tablename__ = "news_comment"
    __table_args__ = (Index("ix_news_comment_news_id_at", "news_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    news_id: Mapped[UUID] = mapped_column(ForeignKey("news.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    text: Mapped[str] = mapped_column(String(2000))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        spoken_of = News.__table__.alias("spoken_of")
        written = leads_group(spoken_of.c.group_id, viewer) | owns_network(spoken_of.c.network_id, viewer)
        reads = written | ((spoken_of.c.status == Status.SENT.value) & _sent_to(spoken_of.c.id, viewer))
        return looked_up(spoken_of, spoken_of.c.id == cls.news_id, reads)


class NewsReading(OfPerson, Base):
    """That somebody has read it: their own row, which everybody else only counts."""

    __tablename__ = "news_reading"

    news_id: Mapped[UUID] = mapped_column(ForeignKey("news.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


def _sent_to(news_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    """To a group where the viewer is now; what is for its leads alone, to them."""
    sent = NewsGroup.__table__.alias("sent")
    there = in_group(sent.c.group_id, viewer) & (sent.c.to != To.LEADS.value)
    return looked_up(sent, sent.c.news_id == news_id, there | leads_group(sent.c.group_id, viewer))
