"""Answering, keeping an answer, taking one back."""

from uuid import UUID

from maillage.kernel import audit, clock, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Forbidden, NotFound
from maillage.kernel.ids import new_id
from maillage.kernel.scope import unscoped
from maillage.network.questions import notices, policy, queries
from maillage.network.questions.models import Answer, Question
from maillage.network.questions.service.moving import take
from maillage.network.questions.states import REOPENED, Deed
from maillage.network.wording.checks import check

LONGEST = 4000


def answer(actor: Actor, *, question_id: UUID, text: str, nobody: bool = False) -> UUID:
    """Answer; the coordination's own answer brings the question back to those who waited.

    Raises NotFound, Conflict, Invalid, SomebodyNamed.
    """
    check({"text": text}, nobody=nobody)
    assert actor.user_id is not None and actor.org_id is not None
    with transaction() as session:
        question, roles = queries.load(session, actor, question_id)
        step = policy.ensure(Deed.ANSWER, roles, question)
        row = Answer(id=new_id(), question_id=question_id, user_id=actor.user_id, org_id=actor.org_id, text=text)
        session.add(row)
        if step.returns:
            take(session, question, step)
        audit.record(session, actor, "question.answer", "question", question_id, answer=str(row.id), confirmed=nobody)
        told = {"answer_id": str(row.id), "question_id": str(question_id), "returned": step.returns}
        outbox.enqueue(session, notices.JOB_ANSWERED, told)
        return row.id


def accept(actor: Actor, *, question_id: UUID, answer_id: UUID) -> None:
    """Keep an answer as the one that helped. Raises NotFound, Forbidden, Conflict."""
    with transaction() as session:
        question, roles = queries.load(session, actor, question_id)
        row = session.get(Answer, answer_id)
        if row is None or row.question_id != question_id or row.withdrawn_at is not None:
            raise NotFound()
        step = policy.ensure(Deed.ACCEPT, roles, question)
        take(session, question, step, accepted_id=answer_id)
        audit.record(session, actor, "question.accept", "question", question_id, answer=str(answer_id))


def withdraw(actor: Actor, *, question_id: UUID, answer_id: UUID) -> None:
    """Take an answer's words away: its author's right, and that of who animates. Raises NotFound, Forbidden."""
    with transaction() as session:
        question, roles = queries.load(session, actor, question_id)
        row = session.get(Answer, answer_id)
        if row is None or row.question_id != question_id:
            raise NotFound()
        if not policy.may_withdraw(actor, roles, row.user_id):
            raise Forbidden()
        row.text, row.withdrawn_at = "", row.withdrawn_at or clock.now()
        if question.accepted_id == answer_id:
            with unscoped("the question of an answer that is taken back waits again", Question):
                take(session, question, REOPENED)
        audit.record(session, actor, "question.withdraw", "question", question_id, answer=str(answer_id))
