"""The words of our notices: neither who wrote, nor what, nor to whom else."""

from uuid import UUID

from maillage.notifications import kinds
from maillage.notifications.kinds import Group, NoticeKind
from maillage.notifications.values import Frequency, Notice

JOB_SEND = "network.news_send"
JOB_RELAYED = "network.news_relayed"
JOB_COMMENTED = "network.news_commented"

SENT = kinds.register(
    NoticeKind(
        code="news.sent",
        label="Une actualité du réseau vous est envoyée",
        subject="Une actualité vous attend sur Maillage",
        body="Connectez-vous à Maillage pour la lire.",
        default=Frequency.DAILY,
        group=Group.NETWORK,
    )
)
COMMENTED = kinds.register(
    NoticeKind(
        code="news.commented",
        label="Une actualité que vous avez écrite est commentée",
        subject="Un commentaire vous attend sur Maillage",
        body="Connectez-vous à Maillage pour le lire.",
        default=Frequency.DAILY,
        group=Group.NETWORK,
    )
)


def of_news(kind: NoticeKind, news_id: UUID) -> Notice:
    return Notice(kind.code, f"/reseau/actualites/{news_id}", news_id)
