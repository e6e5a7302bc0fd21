"""When somebody is in danger: whom to call and what to write down, by country. No handoff and no consent is needed."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Danger:
    title: str
    lines: tuple[str, ...]


DANGERS: Final[dict[str, tuple[Danger, ...]]] = {
    "FR": (
        Danger(
            "Un enfant",
            (
                "Danger grave et immédiat : le 17 ou le 112, puis le procureur de la République.",
                "Inquiétude sérieuse : la CRIP de votre département reçoit les informations préoccupantes, par écrit. "
                "Le 119 vous conseille et transmet, jour et nuit.",
                "Les parents sont informés, sauf si cela met l’enfant en danger.",
            ),
        ),
        Danger(
            "Un adulte qui ne peut pas se protéger",
            (
                "Danger immédiat : le 15, le 17 ou le 112.",
                "Âge, maladie, handicap : le 3977 conseille face aux maltraitances ; le procureur de la République "
                "peut être saisi par écrit.",
            ),
        ),
        Danger(
            "Violences dans le couple",
            (
                "Le 17, ou le 114 par SMS quand on ne peut pas parler. Le 3919 écoute et oriente.",
                "N’appelez pas, n’écrivez pas et ne passez pas chez la personne sans savoir que c’est sûr.",
            ),
        ),
    ),
    "BE": (
        Danger(
            "Un enfant",
            (
                "Danger grave et immédiat : le 101 ou le 112 ; la police joint le parquet, jour et nuit.",
                "Inquiétude sérieuse : le SAJ (service de l’aide à la jeunesse) de l’arrondissement, ou une équipe "
                "SOS Enfants. En Flandre : le 1712 ou un Vertrouwenscentrum.",
                "Les parents sont informés, sauf si cela met l’enfant en danger.",
            ),
        ),
        Danger(
            "Un adulte qui ne peut pas se protéger",
            (
                "Danger immédiat : le 101 ou le 112.",
                "Sinon : le parquet du procureur du Roi, ou le CPAS de la commune pour une aide urgente.",
            ),
        ),
        Danger(
            "Violences dans le couple",
            (
                "Le 101. Le 0800 30 030 écoute et oriente, jour et nuit ; en néerlandais, le 1712.",
                "N’appelez pas, n’écrivez pas et ne passez pas chez la personne sans savoir que c’est sûr.",
            ),
        ),
    ),
}

WRITE_DOWN: Final = (
    "Ce que vous avez vu et entendu, avec le jour et l’heure. Les mots de la personne, entre guillemets.",
    "Ce que d’autres vous ont dit, à part : qui, quand.",
    "Qui vous avez prévenu, à quelle heure, et la réponse.",
    "Ce que la personne souhaite, et si elle sait que vous avez appelé.",
    "Ni jugement, ni hypothèse. Gardez la note chez vous et prévenez votre responsable.",
)
