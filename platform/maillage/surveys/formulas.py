"""What a grid computes of its answers: pure arithmetic on whole cents, each formula told with its source.

What is missing is named, and nothing is guessed: an amount left empty among the resources or the charges counts for
nothing and is counted; a rent left empty makes a rate impossible.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from maillage.kernel.money import euros
from maillage.surveys.answers import Answers
from maillage.surveys.minima import BY_CODE

RESOURCES: Final = (
    "wages", "unemployment", "pension", "sickness", "minimum_income", "disability", "family_benefits",
    "maintenance_received", "other_resources",
)  # fmt: skip
CHARGES: Final = (
    "energy", "water", "insurance", "telecom", "transport", "childcare", "health", "maintenance_paid", "debts",
    "taxes", "other_charges",
)  # fmt: skip
DAYS: Final = 365
MONTHS: Final = 12


class Unit(StrEnum):
    MONEY = "money"  # cents
    RATE = "rate"  # tenths of a percent
    TENTHS = "tenths"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Figure:
    """A result, or what has to be answered first (`missing`: questions by their code, or words). `note`: what to read
    it with; `alarming`: it calls for a decision."""

    unit: Unit
    value: int | None = None
    missing: tuple[str, ...] = ()
    note: str = ""
    alarming: bool = False


@dataclass(frozen=True, slots=True)
class Formula:
    """`words` is the formula as people read it; `source` says where it comes from."""

    run: Callable[[Answers, date], Figure]
    words: str
    source: str


def compute(code: str, answers: Answers, on: date) -> Figure:
    """What the formula of this code says of the answers, with the amounts of that day."""
    return FORMULAS[code].run(answers, on)


def _resources(answers: Answers, _on: date) -> Figure:
    if not _told(answers, RESOURCES):
        return Figure(Unit.MONEY, missing=("au moins une ressource, même à 0",))
    return Figure(Unit.MONEY, _sum(answers, RESOURCES), note=_left_empty(answers, RESOURCES))


def _charges(answers: Answers, _on: date) -> Figure:
    if not _told(answers, CHARGES):
        return Figure(Unit.MONEY, missing=("au moins une charge, même à 0",))
    return Figure(Unit.MONEY, _sum(answers, CHARGES), note=_left_empty(answers, CHARGES))


def _effort(answers: Answers, on: date) -> Figure:
    """The rent net of its benefit, over the resources; nothing where the benefit covers the rent."""
    resources, dwelling = _resources(answers, on), _lacking(answers, "rent", "rent_charges", "housing_benefit")
    if missing := (*resources.missing, *dwelling):
        return Figure(Unit.RATE, missing=missing)
    if not resources.value:
        note = "Sans aucune ressource, le taux d’effort ne se calcule pas : ouvrez d’abord des droits."
        return Figure(Unit.RATE, note=note, alarming=True)
    net = _net_rent(answers)
    covered = net <= 0 and _amount(answers, "housing_benefit") > 0
    note = "L’aide au logement couvre le loyer et les charges." if covered else ""
    rate = _rounded(max(net, 0) * 1000, resources.value)
    limit = _amount(answers, "effort_limit") * 10
    return Figure(Unit.RATE, rate, note=note, alarming=bool(limit) and rate > limit)


def _left(answers: Answers, on: date) -> Figure:
    """What is left once the dwelling and the charges are paid; less than nothing when they cannot be."""
    resources, charges = _resources(answers, on), _charges(answers, on)
    dwelling = _lacking(answers, "rent", "rent_charges", "housing_benefit")
    if missing := (*resources.missing, *dwelling, *charges.missing):
        return Figure(Unit.MONEY, missing=missing)
    left = (resources.value or 0) - _net_rent(answers) - (charges.value or 0)
    note = "Le ménage devrait payer plus qu’il ne reçoit." if left < 0 else ""
    return Figure(Unit.MONEY, left, note=note, alarming=left < 0)


def _units(answers: Answers, _on: date) -> Figure:
    if missing := _lacking(answers, "adults", "children"):
        return Figure(Unit.TENTHS, missing=missing)
    adults, children = _amount(answers, "adults"), _amount(answers, "children")
    if not adults:
        return Figure(Unit.TENTHS, missing=("au moins une personne de 14 ans ou plus",))
    return Figure(Unit.TENTHS, 10 + 5 * (adults - 1) + 3 * children)


def _left_a_day(answers: Answers, on: date) -> Figure:
    left, units = _left(answers, on), _units(answers, on)
    if missing := (*left.missing, *units.missing):
        return Figure(Unit.MONEY, missing=missing)
    assert left.value is not None and units.value is not None
    limit = _amount(answers, "left_limit")
    a_day = _rounded(left.value * MONTHS * 10, DAYS * units.value)
    return Figure(Unit.MONEY, a_day, alarming=a_day < 0 or (bool(limit) and a_day < limit))


def _bearable_rent(answers: Answers, on: date) -> Figure:
    """The rent and charges that stay within the limit which the organisation has set itself."""
    resources = _resources(answers, on)
    missing = (*resources.missing, *_lacking(answers, "housing_benefit", "effort_limit"))
    if missing:
        return Figure(Unit.MONEY, missing=missing)
    share = _rounded((resources.value or 0) * _amount(answers, "effort_limit"), 100)
    return Figure(Unit.MONEY, share + _amount(answers, "housing_benefit"))


def _gap_to_minimum(answers: Answers, on: date) -> Figure:
    resources = _resources(answers, on)
    missing = (*resources.missing, *_lacking(answers, "minimum"))
    if missing:
        return Figure(Unit.MONEY, missing=missing)
    cents, told = _minimum(answers, on)
    if cents is None:
        return Figure(Unit.MONEY, missing=("minimum_amount",), note=told)
    gap = (resources.value or 0) - cents
    note = "Les ressources sont en dessous du minimum : des droits sont peut-être à ouvrir. " if gap < 0 else ""
    return Figure(Unit.MONEY, gap, note=note + told, alarming=gap < 0)


def _minimum(answers: Answers, on: date) -> tuple[int | None, str]:
    """The amount to compare with, and where it comes from; None where it has to be typed."""
    if "minimum_amount" in answers:
        return _amount(answers, "minimum_amount"), ""
    chosen = BY_CODE[str(answers["minimum"])]
    known, last = chosen.known(on), chosen.last(on)
    if known is not None:
        return known.cents, f"{chosen.label} : {euros(known.cents)}, {known.source}."
    if last is None:
        return None, "Aucun montant sûr n’est connu ici : relevez-le auprès de l’organisme."
    return None, f"Dernier montant connu ici : {euros(last.cents)}, {last.source}. Il a pu changer : relevez-le."


def _to_mend(answers: Answers, _on: date) -> Figure:
    found = sum(answer == "mend" for answer in answers.values())
    return Figure(Unit.COUNT, found, alarming=found > 0)


def _sum(answers: Answers, codes: Iterable[str]) -> int:
    return sum(_amount(answers, code) for code in codes)


def _told(answers: Answers, codes: Iterable[str]) -> bool:
    return any(code in answers for code in codes)


def _lacking(answers: Answers, *codes: str) -> tuple[str, ...]:
    return tuple(code for code in codes if code not in answers)


def _left_empty(answers: Answers, codes: Iterable[str]) -> str:
    empty = len(_lacking(answers, *codes))
    return (
        f"{empty} ligne{'s' * (empty > 1)} sans montant : compté{'es' if empty > 1 else 'e'} pour 0 €." if empty else ""
    )


def _amount(answers: Answers, code: str) -> int:
    found = answers.get(code, 0)
    return found if isinstance(found, int) else 0


def _net_rent(answers: Answers) -> int:
    return _sum(answers, ("rent", "rent_charges")) - _amount(answers, "housing_benefit")


def _rounded(share: int, of: int) -> int:
    """The nearest whole number, halves upwards."""
    return (2 * share + of) // (2 * of)


_OWN: Final = "Calcul de Maillage, sans valeur réglementaire : comparez toujours avec la situation réelle."
_DECREE: Final = (
    "France : arrêté du 10 mars 2011 (article R.* 441-3-1 du code de la construction et de l’habitation). "
    "Belgique : même calcul, à titre indicatif."
)

FORMULAS: Final[Mapping[str, Formula]] = {
    "resources_total": Formula(_resources, "Somme des ressources mensuelles, hors aide au logement", _OWN),
    "charges_total": Formula(_charges, "Somme des charges mensuelles, hors loyer et charges locatives", _OWN),
    "effort": Formula(_effort, "(loyer + charges locatives − aide au logement) ÷ ressources", _DECREE),
    "left": Formula(_left, "ressources + aide au logement − loyer − charges locatives − autres charges", _OWN),
    "units": Formula(
        _units,
        "1 pour la première personne de 14 ans ou plus, 0,5 pour les autres, 0,3 par enfant de moins de 14 ans",
        "Échelle de l’OCDE modifiée (Insee, Statbel).",
    ),
    "left_a_day": Formula(_left_a_day, "reste à vivre × 12 ÷ 365 ÷ unités de consommation", _OWN),
    "bearable_rent": Formula(
        _bearable_rent, "taux d’effort à ne pas dépasser × ressources + aide au logement", "Limite saisie ci-dessus."
    ),
    "gap_to_minimum": Formula(
        _gap_to_minimum,
        "ressources − minimum social",
        "Ce n’est pas un calcul de droits : chaque organisme compte les ressources à sa manière.",
    ),
    "to_mend": Formula(_to_mend, "Nombre de réponses « À reprendre »", _OWN),
}
