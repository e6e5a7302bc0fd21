"""Numbers that official registers give to organisations, as a table of checks: SIREN and SIRET, BCE number."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from maillage.kernel.errors import Invalid

LA_POSTE: Final = "356000000"


def luhn(digits: str) -> bool:
    """The check of SIREN and SIRET: every second digit from the right counts double, the sum ends with 0."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def siret(digits: str) -> bool:
    """Luhn; the post offices have their own rule since their numbers ran out: the digits add up to a multiple of 5."""
    return luhn(digits) or (digits.startswith(LA_POSTE) and sum(map(int, digits)) % 5 == 0)


def bce(digits: str) -> bool:
    """The check of the Belgian register: the last two digits complete the first eight modulo 97."""
    return digits[0] in "01" and 97 - int(digits[:8]) % 97 == int(digits[8:])


@dataclass(frozen=True, slots=True)
class Number:
    name: str
    length: int
    valid: Callable[[str], bool]
    refusal: str


NUMBERS: Final[dict[str, tuple[Number, ...]]] = {
    "FR": (
        Number("SIREN", 9, luhn, "Ce SIREN n’est pas valable : vérifiez les 9 chiffres."),
        Number("SIRET", 14, siret, "Ce SIRET n’est pas valable : vérifiez les 14 chiffres."),
    ),
    "BE": (Number("BCE", 10, bce, "Ce numéro BCE n’est pas valable : vérifiez les 10 chiffres."),),
}
EXPECTED: Final[dict[str, str]] = {
    "FR": "Indiquez un SIREN (9 chiffres) ou un SIRET (14 chiffres).",
    "BE": "Indiquez un numéro BCE (10 chiffres, par exemple 0403.170.701).",
}


def normalized(country: str, typed: str | None) -> str | None:
    """The digits of a registration number, None for none. Raises Invalid on `registration` for a wrong one."""
    if country not in NUMBERS:
        raise Invalid(fields={"country": "Choisissez la France ou la Belgique."})
    digits = re.sub(r"[\s.\-\u00a0\u202f]", "", typed or "").upper()
    digits = digits.removeprefix("BE") if country == "BE" else digits
    if not digits:
        return None
    if country == "BE" and len(digits) == 9:
        digits = f"0{digits}"  # as written before 2005
    number = next((found for found in NUMBERS[country] if found.length == len(digits)), None)
    if number is None or not (digits.isascii() and digits.isdigit()):
        raise Invalid(fields={"registration": EXPECTED[country]})
    if not number.valid(digits):
        raise Invalid(fields={"registration": number.refusal})
    return digits
