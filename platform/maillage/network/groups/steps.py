"""What a newcomer does first, in order: a label, why, and where."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    hint: str
    endpoint: str = ""
    where: str = ""


STEPS: Final[dict[str, Step]] = {
    "profile": Step(
        "Dites qui vous êtes", "Votre fonction apparaît à côté de votre nom dans le groupe.",
        "account.profile", "Mon profil",
    ),
    "hello": Step("Présentez-vous à votre chef de réseau", "Un appel de dix minutes vaut mieux qu’un long message."),
    "mails": Step(
        "Choisissez quand vous recevez des e-mails", "Tout de suite, une fois par jour ou une fois par semaine.",
        "notifications.preferences", "Mes notifications",
    ),
    "calendar": Step(
        "Ajoutez les rendez-vous à votre agenda", "Réunions et formations y arrivent toutes seules.",
        "agenda.show", "Mon agenda",
    ),
    "partners": Step(
        "Cherchez un partenaire que vous connaissez", "Sa fiche est-elle exacte ? Sinon, signalez-le.",
        "search.home", "L’annuaire",
    ),
}  # fmt: skip
"""By code; the codes are kept with each member."""
