"""The words of our notices: neither who asks, nor what, nor in which group."""

from uuid import UUID

from maillage.notifications import kinds
from maillage.notifications.kinds import Group, NoticeKind
from maillage.notifications.values import Frequency, Notice

JOB_ASKED = "network.question_asked"
JOB_ANSWERED = "network.question_answered"
JOB_ESCALATED = "network.question_escalated"

ASKED = kinds.register(
    NoticeKind(
        code="question.asked",
        label="Une question est posée à vos collègues d’autres organisations",
        subject="Une question vous est posée sur Maillage",
        body="Connectez-vous à Maillage pour la lire, et pour y répondre si vous le pouvez.",
        default=Frequency.DAILY,
        group=Group.NETWORK,
    )
)
ANSWERED = kinds.register(
    NoticeKind(
        code="question.answered",
        label="Une de vos questions reçoit une réponse",
        subject="Une de vos questions a une réponse sur Maillage",
        body="Connectez-vous à Maillage pour la lire.",
        group=Group.NETWORK,
    )
)
ESCALATED = kinds.register(
    NoticeKind(
        code="question.escalated",
        label="Une question attend la coordination",
        subject="Une question attend votre réponse sur Maillage",
        body="Connectez-vous à Maillage pour la lire.",
        group=Group.NETWORK,
    )
)


def of_question(kind: NoticeKind, question_id: UUID) -> Notice:
    return Notice(kind.code, f"/reseau/questions/{question_id}", question_id)
