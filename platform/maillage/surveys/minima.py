"""Minimum benefits that a household's means are compared with: amounts with their day and their source.

An amount is taken for one year from its day at most, since each of these is adjusted at least once a year; after that,
and where no amount is certain, it has to be typed. A new amount is a new line: what was filled before keeps its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

GOOD_FOR: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Amount:
    """Cents a month, from one day on, as this source tells it."""

    since: date
    cents: int
    source: str


@dataclass(frozen=True, slots=True)
class Minimum:
    code: str
    label: str
    country: str
    amounts: tuple[Amount, ...] = ()

    def known(self, on: date) -> Amount | None:
        """The amount in force that day; None where none is certain."""
        last = self.last(on)
        return last if last is not None and on - last.since < GOOD_FOR else None

    def last(self, on: date) -> Amount | None:
        """The latest one that had begun by that day."""
        begun = [it for it in self.amounts if it.since <= on]
        return max(begun, key=lambda it: it.since) if begun else None


_APRIL = date(2025, 4, 1)
_CAF = "revalorisation du 1er avril 2025 (Caf, RSA et AAH)"
_CNAV = "revalorisation du 1er janvier 2025 (Assurance retraite)"
_SPP = "montants au 1er février 2025 (SPP Intégration sociale, publiés par les CPAS)"

MINIMA: Final[Sequence[Minimum]] = (
    Minimum("rsa_alone", "RSA, personne seule", "FR", (Amount(_APRIL, 646_52, _CAF),)),
    Minimum("rsa_two", "RSA, couple, ou un parent avec un enfant", "FR", (Amount(_APRIL, 969_78, _CAF),)),
    Minimum("rsa_three", "RSA, couple avec un enfant, ou un parent avec deux", "FR", (Amount(_APRIL, 1163_73, _CAF),)),
    Minimum("rsa_four", "RSA, couple avec deux enfants", "FR", (Amount(_APRIL, 1357_68, _CAF),)),
    Minimum("rsa_parent_three", "RSA, un parent avec trois enfants", "FR", (Amount(_APRIL, 1422_34, _CAF),)),
    Minimum("aah", "AAH, taux plein", "FR", (Amount(_APRIL, 1033_32, _CAF),)),
    Minimum("aspa_alone", "Aspa, personne seule", "FR", (Amount(date(2025, 1, 1), 1034_28, _CNAV),)),
    Minimum("aspa_couple", "Aspa, couple", "FR", (Amount(date(2025, 1, 1), 1605_73, _CNAV),)),
    Minimum("ass", "ASS", "FR"),
    Minimum("ris_sharing", "RIS, personne cohabitante", "BE", (Amount(date(2025, 2, 1), 876_13, _SPP),)),
    Minimum("ris_alone", "RIS, personne isolée", "BE", (Amount(date(2025, 2, 1), 1314_20, _SPP),)),
    Minimum("ris_family", "RIS, personne avec famille à charge", "BE", (Amount(date(2025, 2, 1), 1776_07, _SPP),)),
    Minimum("grapa_sharing", "GRAPA, montant de base", "BE"),
    Minimum("grapa_alone", "GRAPA, montant majoré", "BE"),
    Minimum("arr", "Allocation de remplacement de revenus (handicap)", "BE"),
)

BY_CODE: Final = {it.code: it for it in MINIMA}


def labels(country: str) -> dict[str, str]:
    """The minimum benefits of a country, as options of a question."""
    return {it.code: it.label for it in MINIMA if it.country == country}
