"""Reads of questions: begin with what the actor may see."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, case, func, select
from sqlalchemy.orm import Session

from maillage.accounts.queries import organization_names, user_names
from maillage.kernel.actor import Actor
from maillage.kernel.errors import NotFound
from maillage.network.groups.models import Group
from maillage.network.questions import policy, scope
from maillage.network.questions.models import Answer, Question, QuestionTerm
from maillage.network.questions.states import Level, Role, Status
from maillage.network.questions.terms import THEME
from maillage.network.seats import Seats, seats

PAGE: Final = 30
ALIKE: Final = 3
FOUND: Final = 20
ENOUGH: Final = 0.35  # of what was typed, weighed by how rare it is
THEME_WEIGHT: Final = 1.5
FEW, COMMON = 50, 0.2  # a word of more than a fifth of many questions tells nothing, and takes long


_ANSWERS: Final = (
    select(func.count())
    .select_from(Answer)
    .where(Answer.question_id == Question.id, Answer.withdrawn_at.is_(None))
    .correlate(Question)
    .scalar_subquery()
)
_LINES: Final[Select[*tuple[Any, ...]]] = select(
    Question.id,
    Question.title,
    Question.theme,
    Question.status,
    Question.level,
    Question.group_id,
    func.coalesce(Group.name, "").label("group_name"),
    Question.asked_at,
    _ANSWERS.label("answers"),
).outerjoin(Group, Group.id == Question.group_id)
_LATEST: Final = Question.asked_at.desc(), Question.id.desc()
_OPEN_IN: Final = (
    _LINES.where(Question.group_id == bindparam("group_id"), Question.status == Status.OPEN)
    .order_by(*_LATEST)
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class QuestionLine:
    id: UUID
    title: str
    theme: str
    status: str
    level: str
    group_id: UUID | None
    group_name: str
    asked_at: datetime
    answers: int


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """`withdrawn`: its words were taken away."""

    id: UUID
    user_id: UUID
    author: str
    org_name: str
    at: datetime
    text: str
    withdrawn: bool
    accepted: bool


@dataclass(frozen=True, slots=True)
class Thread:
    question: Question
    roles: frozenset[Role]
    asker: str
    org_name: str
    group_name: str
    answers: tuple[AnswerLine, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the questions a list shows."""

    group_id: UUID | None = None
    themes: Sequence[str] = ()
    status: str = ""
    level: str = ""
    mine: bool = False


def load(session: Session, actor: Actor, question_id: UUID) -> tuple[Question, frozenset[Role]]:
    """Raises NotFound for a foreign question as for an unknown one."""
    question = session.get(Question, question_id)
    roles = policy.roles_of(actor, seats(session, actor), question) if question is not None else frozenset()
    if question is None or not roles:
        raise NotFound()
    return question, roles


def thread(session: Session, actor: Actor, question_id: UUID) -> Thread:
    """A question with its answers, the one that was kept first. Raises NotFound."""
    question, roles = load(session, actor, question_id)
    rows = session.scalars(
        select(Answer)
        .where(Answer.question_id == question_id)
        .order_by(case((Answer.id == question.accepted_id, 0), else_=1), Answer.at, Answer.id)
    ).all()
    people = user_names(session, {question.user_id, *(row.user_id for row in rows)})
    houses = organization_names(session, {question.org_id, *(row.org_id for row in rows)})
    group = session.get(Group, question.group_id) if question.group_id else None
    return Thread(
        question,
        roles,
        people.get(question.user_id, ""),
        houses.get(question.org_id, ""),
        group.name if group else "",
        tuple(
            AnswerLine(
                id=row.id,
                user_id=row.user_id,
                author=people.get(row.user_id, ""),
                org_name=houses.get(row.org_id, ""),
                at=row.at,
                text=row.text,
                withdrawn=row.withdrawn_at is not None,
                accepted=row.id == question.accepted_id,
            )
            for row in rows
        ),
    )


def questions(
    session: Session,
    actor: Actor,
    sits: Seats,
    wanted: Wanted,
    *,
    before: tuple[datetime, UUID] | None = None,
    most: int = PAGE,
) -> list[QuestionLine]:
    """The questions that the actor may see, the latest first."""
    where: list[ColumnElement[bool]] = []
    if wanted.group_id is not None:
        where.append(Question.group_id == wanted.group_id)
    if wanted.themes:
        where.append(Question.theme.in_(wanted.themes))
    if wanted.status:
        where.append(Question.status == wanted.status)
    if wanted.level:
        where.append(Question.level == wanted.level)
    if wanted.mine:
        where.append((Question.user_id == actor.user_id) & (Question.org_id == actor.org_id))
    if before is not None:
        where.append((Question.asked_at < before[0]) | ((Question.asked_at == before[0]) & (Question.id < before[1])))
    query = _lines(sits).where(*where)
    rows = session.execute(query.order_by(*_LATEST).limit(most))
    return [QuestionLine(**row._mapping) for row in rows]


def open_in(session: Session, group_id: UUID, most: int) -> list[QuestionLine]:
    """What waits for an answer in a group, the latest first, for who has shown where they stand there."""
    rows = session.execute(_OPEN_IN, {"group_id": group_id, "most": most})
    return [QuestionLine(**row._mapping) for row in rows]


def alike(
    session: Session, actor: Actor, terms: Sequence[str], *, enough: float = ENOUGH, most: int = ALIKE
) -> list[QuestionLine]:
    """The questions that say most of this, best first: each word counts as much as it is rare; three statements."""
    sits = seats(session, actor)
    weights = _weights(session, sits, terms)
    if not weights:
        return []
    score = func.sum(case(weights, value=QuestionTerm.term, else_=0.0))
    best = (
        select(QuestionTerm.question_id, score.label("score"))
        .join(Question, Question.id == QuestionTerm.question_id)
        .where(scope.visible(sits), QuestionTerm.term.in_(weights))
        .group_by(QuestionTerm.question_id)
        .having(score >= enough * sum(weights.values()))
        .subquery()
    )
    rows = session.execute(
        _lines(sits)
        .join(best, best.c.question_id == Question.id)
        .order_by(best.c.score.desc(), Question.asked_at.desc(), Question.id)
        .limit(most)
    )
    return [QuestionLine(**row._mapping) for row in rows]


def waits_for_coordination(session: Session, actor: Actor) -> int:
    """How many questions the coordination has to answer."""
    at_hand = (Question.level == Level.COORDINATION, Question.status == Status.OPEN)
    sits = seats(session, actor)
    counted = select(func.count()).select_from(Question).where(Question.network_id == sits.coordinates, *at_hand)
    return session.scalar(counted) or 0


def _weights(session: Session, sits: Seats, terms: Sequence[str]) -> dict[str, float]:
    """How much each term tells, among the questions that can be seen."""
    seen = select(Question.id).where(scope.visible(sits))
    total = session.scalar(select(func.count()).select_from(seen.subquery())) or 0
    if not total or not terms:
        return {}
    counted = (
        select(QuestionTerm.term, func.count())
        .where(QuestionTerm.term.in_(terms), QuestionTerm.question_id.in_(seen))
        .group_by(QuestionTerm.term)
    )
    used = {term: count for term, count in session.execute(counted)}
    return {
        term: (THEME_WEIGHT if term.startswith(THEME) else 1.0) * math.log1p(total / used.get(term, 1))
        for term in terms
        if used.get(term, 0) <= max(FEW, total * COMMON)
    }


def _lines(sits: Seats) -> Select[*tuple[Any, ...]]:
    return _LINES.where(scope.visible(sits))
