from typing import Any
from uuid import UUID

from maillage.kernel import jobs
from maillage.network.groups.models import Group
from maillage.network.questions import notices
from maillage.network.questions.models import Answer, Question
from maillage.network.questions.service import telling


@jobs.handles(notices.JOB_ASKED, opens=(Question, Group))
def tell_asked(_job_id: UUID, payload: dict[str, Any]) -> None:
    telling.tell_asked(UUID(payload["question_id"]))


@jobs.handles(notices.JOB_ANSWERED, opens=(Question, Answer))
def tell_answered(_job_id: UUID, payload: dict[str, Any]) -> None:
    telling.tell_answered(UUID(payload["question_id"]), UUID(payload["answer_id"]), returned=payload["returned"])


@jobs.handles(notices.JOB_ESCALATED, opens=(Question,))
def tell_escalated(job_id: UUID, payload: dict[str, Any]) -> None:
    telling.tell_escalated(job_id, UUID(payload["question_id"]))
