"""The closed lists about telling a person and about who agrees."""

from enum import StrEnum
from typing import Final


class Told(StrEnum):
    """How the person was told what is passed on."""

    SHEET = "sheet"
    ALOUD = "aloud"
    PHONE = "phone"


class Interpreter(StrEnum):
    NOT_NEEDED = "not_needed"
    PROFESSIONAL = "professional"
    RELATIVE = "relative"
    MISSING = "missing"


class Consenter(StrEnum):
    """Who agreed. A minor's own view is written beside."""

    PERSON = "person"
    PARENT = "parent"
    GUARDIAN = "guardian"
    CURATOR = "curator"


TOLD: Final[dict[str, str]] = {
    Told.SHEET: "Fiche remise et expliquée",
    Told.ALOUD: "Expliqué de vive voix",
    Told.PHONE: "Expliqué par téléphone",
}
INTERPRETERS: Final[dict[str, str]] = {
    Interpreter.NOT_NEEDED: "Pas besoin",
    Interpreter.PROFESSIONAL: "Interprète professionnel",
    Interpreter.RELATIVE: "Un proche a traduit",
    Interpreter.MISSING: "Il en aurait fallu un",
}
CONSENTERS: Final[dict[str, str]] = {
    Consenter.PERSON: "La personne elle-même",
    Consenter.PARENT: "Un parent qui exerce l’autorité parentale",
    Consenter.GUARDIAN: "Son tuteur ou son administrateur",
    Consenter.CURATOR: "La personne, avec son curateur",
}
