"""Telling that a question was asked, answered, or waits for the coordination: run by jobs."""

from uuid import UUID

from sqlalchemy import literal, select

from maillage.accounts.queries import recipients, recipients_among
from maillage.kernel.db import transaction
from maillage.network.groups.models import Group, Network
from maillage.network.groups.policy import COORDINATE
from maillage.network.groups.queries import member_recipients
from maillage.network.questions import notices
from maillage.network.questions.models import Answer, Question
from maillage.network.questions.states import Level
from maillage.network.spreading import spread
from maillage.notifications import service as notifications


def tell_asked(question_id: UUID) -> None:
    """Those who may answer; once each, however far the question goes."""
    with transaction() as session:
        question = session.get_one(Question, question_id)
        groups = [question.group_id] if question.group_id is not None else []
        if question.level == Level.NETWORK:
            groups = list(session.scalars(select(Group.id).where(Group.network_id == question.network_id)))
        others = [who for who in member_recipients(session, groups) if who.user_id != question.user_id]
        spread(
            session,
            notice=notices.of_question(notices.ASKED, question_id),
            network_id=question.network_id,
            recipients=others,
            dedup_key=f"question.asked:{question_id}",
        )


def tell_answered(question_id: UUID, answer_id: UUID, *, returned: bool) -> None:
    """Who asked; and who animates the group, when the answer comes from the coordination."""
    with transaction() as session:
        question, answer = session.get_one(Question, question_id), session.get_one(Answer, answer_id)
        told = recipients_among(
            session, select(literal(question.user_id).label("user_id"), literal(question.org_id).label("org_id"))
        )
        if returned and question.group_id is not None:
            told += member_recipients(session, [question.group_id], roles=["lead"])
        notifications.post(
            session,
            notice=notices.of_question(notices.ANSWERED, question_id),
            recipients=[who for who in told if who.user_id != answer.user_id],
            dedup_key=f"question.answered:{answer_id}",
        )


def tell_escalated(job_id: UUID, question_id: UUID) -> None:
    with transaction() as session:
        question = session.get_one(Question, question_id)
        owner = session.get_one(Network, question.network_id).org_id
        notifications.post(
            session,
            notice=notices.of_question(notices.ESCALATED, question_id),
            recipients=recipients(session, owner, COORDINATE),
            dedup_key=f"question.escalated:{job_id}",
        )
