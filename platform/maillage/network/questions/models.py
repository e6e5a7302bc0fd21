"""Questions, their answers, and the words by which a question is found again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from maillage.kernel import clock
from maillage.kernel.db import Base, UtcDateTime
from maillage.kernel.ids import new_id
from maillage.kernel.walls import Id, Viewer, Walled, column, looked_up
from maillage.network.groups.models import Audience, OfAudience, in_group, in_network, owns_network
from maillage.network.questions.states import Level, Status


class Question(OfAudience, Base):
    """What somebody asked their group, or the coordination the whole network (`group_id` None).

    `level` says whom it waits for, `audience` who may read it: the coordination reads both.
    """

    __tablename__ = "peer_question"
    __table_args__ = (
        Index("ix_peer_question_network_id_asked_at", "network_id", "asked_at"),
        Index("ix_peer_question_group_id", "group_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("network.id"))
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("peer_group.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    theme: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(160))
    text: Mapped[str] = mapped_column(String(4000))
    status: Mapped[str] = mapped_column(String(12), default=Status.OPEN)
    level: Mapped[str] = mapped_column(String(16), default=Level.GROUP)
    audience: Mapped[str] = mapped_column(String(8), default=Audience.GROUP)
    accepted_id: Mapped[UUID | None]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class OfQuestion(Walled):
    """Rows with a `question_id`: for those who may read the question."""

    @classmethod
    def wall(cls, viewer: Viewer) -> ColumnElement[bool]:
        return _reads(column(cls, "question_id"), viewer)


class Answer(OfQuestion, Base):
    """One answer. `withdrawn_at`: its author, or who animates, took its words away."""

    __tablename__ = "peer_answer"
    __table_args__ = (Index("ix_peer_answer_question_id_at", "question_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    question_id: Mapped[UUID] = mapped_column(ForeignKey("peer_question.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    text: Mapped[str] = mapped_column(String(4000))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class QuestionTerm(OfQuestion, Base):
    """A word (its stem) or a theme (`#code`) of a question, to find those that ask the same."""

    __tablename__ = "peer_question_term"
    __table_args__ = (Index("ix_peer_question_term_term", "term"),)

    question_id: Mapped[UUID] = mapped_column(ForeignKey("peer_question.id", ondelete="CASCADE"), primary_key=True)
    term: Mapped[str] = mapped_column(String(64), primary_key=True)


def _reads(question_id: Id, viewer: Viewer) -> ColumnElement[bool]:
    asked = Question.__table__.alias("asked")
    theirs = in_group(asked.c.group_id, viewer) | owns_network(asked.c.network_id, viewer)
    shared = (asked.c.audience == Audience.NETWORK.value) & in_network(asked.c.network_id, viewer)
    return looked_up(asked, asked.c.id == question_id, theirs | shared)
