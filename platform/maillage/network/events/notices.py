"""What is told of a session: that something changed in one's calendar, never what, where or about what."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from maillage.notifications.kinds import Group, NoticeKind, register
from maillage.notifications.values import Notice

JOB_TELL: Final = "events.tell"


class Occasion(StrEnum):
    SEATED = "seated"
    MOVED = "moved"
    CANCELLED = "cancelled"
    SOON = "soon"
    RATE = "rate"


_SEE: Final = "Connectez-vous à Maillage pour la voir."
KINDS: Final = {
    occasion: register(NoticeKind(f"event.{occasion}", label, subject, body, group=Group.NETWORK))
    for occasion, label, subject, body in (
        (
            Occasion.SEATED,
            "Une place se libère pour vous",
            "Une place s’est libérée pour vous",
            "Vous n’êtes plus sur liste d’attente : vous avez une place. Connectez-vous à Maillage pour voir la date, "
            "ou pour rendre cette place.",
        ),
        (
            Occasion.MOVED,
            "Une session change de date ou de lieu",
            "Une session change de date ou de lieu",
            "Vous gardez votre place, ou votre rang. Connectez-vous à Maillage pour voir ce qui change.",
        ),
        (Occasion.CANCELLED, "Une session est annulée", "Une session à laquelle vous étiez inscrit est annulée", _SEE),
        (Occasion.SOON, "Une session approche", "Une session à laquelle vous êtes inscrit approche", _SEE),
        (
            Occasion.RATE,
            "Votre avis sur une session",
            "Votre attestation et votre avis",
            "Connectez-vous à Maillage pour prendre votre attestation et donner votre avis, en une minute.",
        ),
    )
}


def of(event_id: UUID, occasion: Occasion) -> Notice:
    return Notice(KINDS[occasion].code, f"/reseau/formations/{event_id}", event_id)
