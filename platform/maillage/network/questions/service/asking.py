"""Asking, and correcting what was asked."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Invalid, NotFound
from maillage.kernel.ids import new_id
from maillage.network.groups.models import Audience
from maillage.network.questions import notices, policy, queries, terms
from maillage.network.questions.models import Question, QuestionTerm
from maillage.network.questions.states import Deed, Level
from maillage.network.seats import seats
from maillage.network.wording.checks import check
from maillage_search.taxonomy import load_taxonomy

LONGEST_TITLE, LONGEST_TEXT = 160, 4000


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to know. `nobody`: they confirm that nobody can be recognised in it."""

    title: str
    text: str
    theme: str
    nobody: bool = False


def ask(
    actor: Actor, *, asked: Asked, group_id: UUID | None, audience: Audience, question_id: UUID | None = None
) -> UUID:
    """Ask one's group, or the whole network with it; without a group, the coordination asks its network.

    Raises NotFound for a group that the actor is not in, Invalid, SomebodyNamed.
    """
    _check(asked)
    assert actor.user_id is not None and actor.org_id is not None
    with transaction() as session:
        sits = seats(session, actor)
        network_id = sits.groups.get(group_id) if group_id is not None else sits.coordinates
        if network_id is None:
            raise NotFound()
        wide = group_id is None or audience is Audience.NETWORK
        question = Question(
            id=question_id or new_id(),
            network_id=network_id,
            group_id=group_id,
            user_id=actor.user_id,
            org_id=actor.org_id,
            theme=asked.theme,
            title=asked.title,
            text=asked.text,
            level=Level.NETWORK if wide else Level.GROUP,
            audience=Audience.NETWORK if wide else Audience.GROUP,
        )
        session.add(question)
        session.flush()
        _index(session, actor, question)
        audit.record(session, actor, "question.asked", "question", question.id, confirmed=asked.nobody)
        outbox.enqueue(session, notices.JOB_ASKED, {"question_id": str(question.id)})
        return question.id


def correct(actor: Actor, *, question_id: UUID, asked: Asked) -> None:
    """Put it in other words. Raises NotFound, Forbidden, Conflict, Invalid, SomebodyNamed."""
    _check(asked)
    with transaction() as session:
        question, roles = queries.load(session, actor, question_id)
        policy.ensure(Deed.CORRECT, roles, question)
        question.title, question.text, question.theme = asked.title, asked.text, asked.theme
        question.moved_at = clock.now()
        session.execute(delete(QuestionTerm).where(QuestionTerm.question_id == question_id))
        _index(session, actor, question)
        audit.record(session, actor, "question.corrected", "question", question_id, confirmed=asked.nobody)


def _check(asked: Asked) -> None:
    if asked.theme not in load_taxonomy().themes:
        raise Invalid(fields={"theme": "Choisissez un thème dans la liste."})
    check({"title": asked.title, "text": asked.text}, nobody=asked.nobody)


def _index(session: Session, actor: Actor, question: Question) -> None:
    understood = terms.themes_of(terms.read(question.title, question.text, actor.country))
    found = terms.terms_of(question.title, question.text, [question.theme, *understood])
    session.add_all(QuestionTerm(question_id=question.id, term=term) for term in found)
