"""What free text may not hold: national numbers, and what touches on offences. The words go beside the field.

And what it had better not hold where many read it: what seems to name or to lead to somebody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from maillage_search.text import fold, words

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


class TraceKind(StrEnum):
    """What leads to one person. The first three do so whoever they are; the others are guesses."""

    EMAIL = "email"
    PHONE = "phone"
    TITLE = "title"
    NAME = "name"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Trace:
    kind: TraceKind
    words: str


_CAPITAL = r"[A-ZÀ-ÖØ-Ý]"
_NAME = rf"{_CAPITAL}[\w’'\-]*"
_WAY = r"(?:rue|avenue|av\.|boulevard|bd|chemin|allée|impasse|quai|chaussée|clos|square|sentier|ruelle|drève|venelle)"
_PATTERNS: Final = {
    TraceKind.EMAIL: re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s]+"),
    TraceKind.PHONE: re.compile(r"(?<!\d)(?:\+|0)\d(?:[\s.\-/]?\d){7,12}(?!\d)"),
    TraceKind.TITLE: re.compile(
        rf"\b(?:M\.|Mr|Mme|Mlle|Monsieur|Madame|Mademoiselle)\s+(?:[Dd][eu]s?\s+)?{_NAME}(?:\s+{_NAME})?"
    ),
    TraceKind.NAME: re.compile(
        rf"\b(?:[Ff]amille|[Dd]ossier|[Ll]ocataire|[Mm]énage|[Éé]poux|[Vv]euve)\s+{_CAPITAL}[a-zà-ÿ][\w’'\-]*"
    ),
    TraceKind.ADDRESS: re.compile(
        rf"\b\d{{1,4}}\s?(?:bis|ter|[A-Da-d]\b)?,?\s+{_WAY}\s+(?:[dD][eu]s?\s+|de\s+l[a’']\s*|d[’'])?\w[\w’'\-]*"
        rf"|\b{_WAY}\s+[^.,;\n\d]{{2,50}},?\s+(?:n°\s*)?\d{{1,4}}\b",
        re.IGNORECASE,
    ),
}
_SURE: Final = (TraceKind.EMAIL, TraceKind.PHONE, TraceKind.TITLE)
_FULL_NAME = re.compile(rf"(?<![\w’'\-])({_NAME})\s+({_NAME}\.?)(?![\w’'\-])")
_CONTENT = re.compile(
    r"/(?:orientations|orienter|situations|grilles|suivi|droits|reponse|referrals|dossiers-sans-lecteur)"
    r"/[0-9a-f]{8}-[0-9a-f-]{27}"
    r"|/lien/[\w\-]{16,}",
    re.IGNORECASE,
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
    return any(_PATTERNS[kind].search(text) for kind in _SURE)


def traces(text: str) -> list[Trace]:
    """What seems to name somebody or to lead to them, as it was written, in the order of the text. Guesses, no proof:
    who wrote it knows better."""
    found = [
        (match.start(), Trace(kind, match[0])) for kind, rule in _PATTERNS.items() for match in rule.finditer(text)
    ]
    known = " ".join(trace.words for _, trace in found)
    found += [(start, Trace(TraceKind.NAME, said)) for start, said in _full_names(text) if said not in known]
    return list(dict.fromkeys(trace for _, trace in sorted(found, key=lambda one: one[0])))


def points_to_content(text: str) -> bool:
    """Whether it holds the address of a situation or of a referral on this platform."""
    return _CONTENT.search(text) is not None


def _full_names(text: str) -> Iterator[tuple[int, str]]:
    """« Odile Vandermersch », « VANDERMERSCH Odile », « Odile V. »: a first name beside another capitalised word."""
    at = 0
    while (match := _FULL_NAME.search(text, at)) is not None:
        first, last = (fold(part).rstrip(".").partition("-")[0] for part in match.groups())
        if first in first_names() or (last in first_names() and match[1].isupper()):
            yield match.start(), match[0]
            at = match.end()
        else:
            at = match.end(1)  # the second word may begin a name


@cache
def first_names() -> frozenset[str]:
    """Those that many people here bear, folded; none that is also a place or a usual word with a capital."""
    return frozenset(files("maillage.referrals").joinpath("first_names.txt").read_text(encoding="utf-8").split())


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
