"""The kinds of resource and their licences: tables that the forms, the pages and the checks read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    WELCOME = "welcome"
    VISIT = "visit"
    ARREARS = "arrears"
    RULES = "rules"
    AGREEMENT = "agreement"
    EXPERIENCE = "experience"
    OTHER = "other"


class Licence(StrEnum):
    NETWORK = "network"
    CC_BY = "cc_by"
    CC_BY_SA = "cc_by_sa"
    CC0 = "cc0"
    READ_ONLY = "read_only"


@dataclass(frozen=True, slots=True)
class KindRow:
    """`asks`: the parts that are written, with their question; `needed`: those without which it says nothing.

    `file`: whether there is nothing to share without a file.
    """

    label: str
    file: bool
    asks: Mapping[str, str]
    needed: tuple[str, ...] = ()


EXPERIENCE: Final = {
    "context": "Le contexte",
    "done": "Ce qui a été fait",
    "cost": "Ce que cela a coûté",
    "result": "Le résultat",
    "contact": "Qui contacter",
}
HOW_TO: Final = {"done": "Comment s’en servir"}

KINDS: Final[Mapping[Kind, KindRow]] = {
    Kind.WELCOME: KindRow("Livret d’accueil", True, HOW_TO),
    Kind.VISIT: KindRow("Grille de visite ou d’entretien", True, HOW_TO),
    Kind.ARREARS: KindRow("Procédure d’impayés", True, HOW_TO),
    Kind.RULES: KindRow("Règlement intérieur", True, HOW_TO),
    Kind.AGREEMENT: KindRow("Convention", True, HOW_TO),
    Kind.EXPERIENCE: KindRow("Fiche expérience", False, EXPERIENCE, ("context", "done", "result")),
    Kind.OTHER: KindRow("Autre document", True, HOW_TO),
}

LICENCES: Final[Mapping[str, str]] = {
    Licence.NETWORK: "Libre dans le réseau : à reprendre et à adapter entre membres",
    Licence.CC_BY: "CC BY 4.0 : à reprendre en citant l’auteur",
    Licence.CC_BY_SA: "CC BY-SA 4.0 : à reprendre en citant l’auteur, sous la même licence",
    Licence.CC0: "CC0 : sans condition",
    Licence.READ_ONLY: "À consulter seulement, ne pas reproduire",
}

LABELS: Final[dict[str, str]] = {kind.value: row.label for kind, row in KINDS.items()}
