"""Carrying a question further, closing it, opening it again."""

from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict
from maillage.network.groups.models import Audience
from maillage.network.questions import notices, policy, queries
from maillage.network.questions.models import Question
from maillage.network.questions.states import Deed, Level, Status, Step


def move(actor: Actor, *, question_id: UUID, deed: Deed) -> None:
    """Take one of the steps that need no words. Raises NotFound, Forbidden, Conflict."""
    with transaction() as session:
        question, roles = queries.load(session, actor, question_id)
        step = policy.ensure(deed, roles, question)
        take(session, question, step)
        audit.record(session, actor, f"question.{deed}", "question", question_id)
        if step.to_level is Level.NETWORK:
            outbox.enqueue(session, notices.JOB_ASKED, {"question_id": str(question_id)})
        elif step.to_level is Level.COORDINATION:
            outbox.enqueue(session, notices.JOB_ESCALATED, {"question_id": str(question_id)})


def take(session: Session, question: Question, step: Step, **changes: Any) -> None:
    """Write where the step leads, unless somebody was faster. Raises Conflict."""
    values = changes | {"moved_at": clock.now()}
    if step.to_status is not None:
        values["status"] = step.to_status
        if step.to_status is Status.OPEN:
            values["accepted_id"] = None
    if step.to_level is not None:
        values["level"] = step.to_level
    if step.to_level is Level.NETWORK:
        values["audience"] = Audience.NETWORK
    if step.returns:
        values["level"] = Level.NETWORK if question.audience == Audience.NETWORK else Level.GROUP
    same = (Question.id == question.id, Question.status == question.status, Question.level == question.level)
    done: CursorResult[Any] = session.execute(update(Question).where(*same).values(**values))  # type: ignore[assignment]
    if done.rowcount != 1:
        raise Conflict(policy.MOVED)
