"""The closed lists of rights and of keeping, and the durations: what is announced to people is read from here."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Right(StrEnum):
    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"


class KeepReason(StrEnum):
    """Why a situation stays longer. Codes, since words would tell of the person."""

    STILL_FOLLOWED = "still_followed"
    LITIGATION = "litigation"
    LEGAL_DUTY = "legal_duty"
    PERSON_ASKS = "person_asks"


RIGHTS: Final[dict[str, str]] = {
    Right.ACCESS: "Accès : recevoir une copie",
    Right.RECTIFICATION: "Rectification : corriger",
    Right.ERASURE: "Effacement : tout effacer",
}
KEEP_REASONS: Final[dict[str, str]] = {
    KeepReason.STILL_FOLLOWED: "La personne est toujours accompagnée",
    KeepReason.LITIGATION: "Une procédure en justice est en cours",
    KeepReason.LEGAL_DUTY: "Une obligation légale impose de la garder",
    KeepReason.PERSON_ASKS: "La personne le demande",
}
BINDING: Final = frozenset({KeepReason.LITIGATION, KeepReason.LEGAL_DUTY})  # not to be erased meanwhile, even if asked


@dataclass(frozen=True, slots=True)
class Term:
    """How many months after the last contact, and why not the usual number."""

    months: int
    because: str


USUAL: Final = Term(24, "Deux ans après le dernier contact, comme le recommande la CNIL pour l’accompagnement social.")
DRAFT: Final = Term(6, "Un brouillon jamais transmis n’a pas servi à la personne.")
BY_THEME: Final[dict[str, Term]] = {
    "rent-arrears": Term(36, "Une dette de loyer peut être réclamée pendant trois ans."),
    "eviction": Term(36, "Une dette de loyer peut être réclamée pendant trois ans."),
}
LONGEST: Final = Term(60, "Aucune prolongation ne va au-delà de cinq ans après le dernier contact.")
EXTENSION_MONTHS: Final = 12
ANSWER_MONTHS: Final = 1
OUTREACH_DAYS: Final = 60  # to agree, for somebody who asked for nothing


def term_of(themes: list[str], *, draft: bool) -> Term:
    """The longest among those of the themes, and never less than the usual one."""
    if draft:
        return DRAFT
    return max((BY_THEME[theme] for theme in themes if theme in BY_THEME), key=lambda it: it.months, default=USUAL)
