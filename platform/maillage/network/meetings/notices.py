"""What members and guests read: that a meeting waits for them, never which one, of whom or about what."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from maillage.notifications.kinds import Group, NoticeKind, register
from maillage.notifications.values import Notice

JOB_TELL: Final = "meetings.tell"
JOB_LETTER: Final = "meetings.letter"
PATH: Final = "/reunion/{secret}"
LABEL: Final = "Voir l’invitation"


class Occasion(StrEnum):
    POLL = "poll"
    PLANNED = "planned"
    MOVED = "moved"
    CANCELLED = "cancelled"
    SOON = "soon"
    MINUTES = "minutes"
    ACTION = "action"


_SEE: Final = "Connectez-vous à Maillage pour la voir."
KINDS: Final = {
    occasion: register(NoticeKind(f"meeting.{occasion}", label, subject, body, group=Group.NETWORK))
    for occasion, label, subject, body in (
        (
            Occasion.POLL,
            "Une date de réunion est à choisir",
            "Une date de réunion attend votre avis",
            "Connectez-vous à Maillage pour dire quand vous pouvez venir.",
        ),
        (
            Occasion.PLANNED,
            "Une réunion de votre groupe est fixée",
            "Vous êtes invité à une réunion",
            "Connectez-vous à Maillage pour voir la date et dire si vous venez.",
        ),
        (
            Occasion.MOVED,
            "Une réunion change de date ou de lieu",
            "Une réunion change de date ou de lieu",
            "Connectez-vous à Maillage pour voir le changement et dire si vous venez.",
        ),
        (Occasion.CANCELLED, "Une réunion est annulée", "Une réunion est annulée", _SEE),
        (Occasion.SOON, "Une réunion approche", "Une réunion approche", _SEE),
        (
            Occasion.MINUTES,
            "Le compte rendu d’une réunion est publié",
            "Un compte rendu est publié",
            "Connectez-vous à Maillage pour le lire.",
        ),
        (
            Occasion.ACTION,
            "Une action décidée en réunion vous attend",
            "Une action vous attend",
            "Elle a été décidée en réunion. Connectez-vous à Maillage pour la voir.",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Letter:
    """What a guest is mailed. `opens`: with the link of their invitation."""

    subject: str
    body: str
    opens: bool = True


_HOW: Final = "Le lien est le vôtre : ne le transférez pas. Vous n’avez pas besoin de compte."
LETTERS: Final = {
    Occasion.PLANNED: Letter(
        "Vous êtes invité à une réunion",
        f"Ouvrez le lien pour voir la date et le lieu, puis dites si vous venez.\n{_HOW}",
    ),
    Occasion.MOVED: Letter(
        "Votre réunion change de date ou de lieu",
        f"Ouvrez le lien pour voir le changement, puis dites si vous venez. Il remplace le précédent.\n{_HOW}",
    ),
    Occasion.SOON: Letter(
        "Votre réunion approche",
        f"Ouvrez le lien pour revoir la date et le lieu, et pour dire si vous venez.\n{_HOW}",
    ),
    Occasion.CANCELLED: Letter(
        "Votre réunion est annulée",
        "La réunion à laquelle vous étiez invité n’aura pas lieu. Vous n’avez rien à faire.",
        opens=False,
    ),
}


def of(meeting_id: UUID, occasion: Occasion) -> Notice:
    where = f"/reseau/reunions/{meeting_id}"
    if occasion in (Occasion.MINUTES, Occasion.ACTION):
        where += "/compte-rendu"
    return Notice(KINDS[occasion].code, where, meeting_id)
