"""What a mailbox reads: neither a name, nor a theme, a place or an organisation. Others may read it too."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

JOB_LINK: Final = "referrals.link"
JOB_OVER: Final = "referrals.link_over"
JOB_CODE: Final = "referrals.link_code"
JOB_ANOTHER: Final = "referrals.another_link"


class Occasion(StrEnum):
    """Why a link is mailed."""

    NEWS = "news"
    NEXT = "next"
    ANOTHER = "another"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Wording:
    subject: str
    body: str


PATH: Final = "/lien/{secret}"
LABEL: Final = "Ouvrir le message"
_HOW: Final = (
    "Ouvrez le lien, puis demandez un code : il arrive dans cette boîte, et nulle part ailleurs.\n"
    "Vous n’avez pas besoin de compte. Ne transférez pas ce message."
)
LETTERS: Final[dict[Occasion, Wording]] = {
    Occasion.NEWS: Wording(
        "Vous avez un message sur Maillage",
        f"Un message attend votre organisation, ou lui apporte du nouveau.\n{_HOW}",
    ),
    Occasion.NEXT: Wording(
        "Votre réponse est enregistrée sur Maillage",
        f"Merci. Gardez ce message : son lien sert pour la suite, et remplace les précédents.\n{_HOW}",
    ),
    Occasion.ANOTHER: Wording(
        "Votre nouveau lien sur Maillage",
        f"Un nouveau lien a été demandé. Si ce n’est pas par l’un des vôtres, ne faites rien.\n{_HOW}",
    ),
    Occasion.REMINDER: Wording(
        "Un message vous attend encore sur Maillage",
        f"Il attend votre réponse.\n{_HOW}",
    ),
}
OVER: Final = Wording(
    "Un message reçu de Maillage n’attend plus rien",
    "Un message que vous aviez reçu n’est plus d’actualité. Son lien ne s’ouvre plus : vous n’avez rien à faire.",
)
CODE: Final = Wording(
    "Votre code pour Maillage",
    "Votre code : {code}\n"
    "Il vaut dix minutes et ne sert qu’une fois, dans la page où vous l’avez demandé.\n"
    "Personne ne vous le demandera par téléphone. Si vous n’avez rien demandé, ne faites rien.",
)
