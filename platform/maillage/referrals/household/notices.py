"""The words of our notices: they never say who it is about."""

from uuid import UUID

from maillage.notifications import kinds
from maillage.notifications.kinds import NoticeKind
from maillage.notifications.values import Notice

JOB_ENTRUSTED = "household.entrusted"

ENTRUSTED = kinds.register(
    NoticeKind(
        code="household.entrusted",
        label="Une situation vous est confiée",
        subject="Vous avez un message sur Maillage",
        body="Connectez-vous à Maillage pour le lire.",
    )
)


def of_entrusting(situation_id: UUID) -> Notice:
    return Notice(ENTRUSTED.code, f"/situations/{situation_id}", situation_id)
