"""What free text may not hold: national numbers, and what touches on offences. The words go beside the field."""

import re
from typing import Final

from maillage_search.text import words

NUMBER: Final = "Retirez le numéro de sécurité sociale ou de registre national : il n’a pas à être transmis ici."
OFFENCE: Final = (
    "Retirez ce qui touche à une infraction ou à une condamnation : la loi interdit de le conserver ici. "
    "Dites plutôt de quoi la personne a besoin."
)

_GAP = r"[\s.\-/]{0,2}"
_CORSICA = {"2A": "19", "2B": "18"}


def _number(*parts: str) -> re.Pattern[str]:
    """Groups of digits, with or without the usual signs between them, and no other digit on either side."""
    return re.compile(rf"(?<!\d){_GAP.join(parts)}(?!\d)", re.IGNORECASE)


_NIR: Final = _number(r"([1-478])", r"(\d\d)", r"(\d\d)", r"(\d\d|2[AB])", r"(\d{3})", r"(\d{3})", r"(\d\d)")
_NISS: Final = _number(r"(\d\d)", r"(\d\d)", r"(\d\d)", r"(\d{3})", r"(\d\d)")
_SOMEBODY = re.compile(
    r"[^@\s]+@[^@\s]+\.[^@\s]+|(?<!\d)(?:\+|0)\d(?:[\s.\-/]?\d){7,12}(?!\d)"
    r"|\b(?:M\.|Mr|Mme|Mlle|Monsieur|Madame|Mademoiselle)\s+(?:[Dd][eu]s?\s+)?[A-ZÀ-Ý]"
)
_OFFENCES = re.compile(
    r"\b(?:casier judiciaire|mise? en examen|garde a vue|detention provisoire|bracelet electronique|fijais"
    r"|incarcere\w*|incarceration|levee d ecrou|sursis probatoire|sous controle judiciaire|delinquante?s?"
    r"|peine de prison|sort(?:i|ie|ant|ante|ir)? de prison|est en prison|recidiv\w+|auteure? des? violences?"
    r"|condamn(?:e|ee|es|ees|ation|ations) (?:penale?s?|pour|a (?:\d+|un an|deux ans|de la prison|une peine)))\b"
)


def holds_national_number(text: str) -> bool:
    """Whether a French social security number or a Belgian national number stands in it, check digits and all."""
    french = any(_right_nir(*found.groups()) for found in _NIR.finditer(text))
    return french or any(_right_niss(*found.groups()) for found in _NISS.finditer(text))


def points_to_somebody(text: str) -> bool:
    """Whether it holds what leads to one person whoever they are: a mail address, a phone number, « Mme B… »."""
    return _SOMEBODY.search(text) is not None


_NEEDS = re.compile(
    r"\b(?:violen\w+|battue?s?|frapp\w+|coups|viol(?:ee?s?)?|menac\w+|agress\w+|maltrait\w+|conjoint|ex mari|soignan\w+"
    r"|malad\w+|sante|medecin|medicament\w*|hopital|hospitali\w+|handicap\w*|psy\w*|depress\w+|suicid\w+|demen\w+"
    r"|alzheimer|cancer|vih|sida|enceinte|alcool\w*|drogue\w*|toxico\w*|addict\w*|dettes?|impayes?|loyers?|arrieres?"
    r"|surendett\w+|expuls\w+|huissier\w*|refugie\w*|sans papiers?|asile|clandestin\w*|prison|police|plainte)\b"
)


def tells_a_need(text: str) -> bool:
    """Whether it says what somebody lives through: health, violence, debt, exile. A list of words, no proof."""
    return _NEEDS.search(" ".join(words(text))) is not None


def refusal(text: str) -> str | None:
    """Why this free text cannot be kept; None when it can."""
    if holds_national_number(text):
        return NUMBER
    return OFFENCE if _OFFENCES.search(" ".join(words(text))) else None


def _right_nir(*parts: str) -> bool:
    *said, key = parts
    number = "".join(_CORSICA.get(part.upper(), part) for part in said)
    return 97 - int(number) % 97 == int(key)


def _right_niss(year: str, month: str, day: str, order: str, key: str) -> bool:
    """Months are raised by 20 or 40 in numbers given before the birth is fully known; births since 2000 count a 2."""
    if int(month) % 20 > 12 or int(month) > 52 or int(day) > 31:
        return False
    number = year + month + day + order
    return int(key) in (97 - int(number) % 97, 97 - int("2" + number) % 97)
