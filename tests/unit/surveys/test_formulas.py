"""What a diagnosis computes: worked out by hand, then whatever is answered or missing."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.grids import FLAT
from maillage.surveys import minima
from maillage.surveys.answers import Answer
from maillage.surveys.formulas import FORMULAS, RESOURCES, Figure, compute
from maillage.surveys.presenters import in_words

ON = date(2025, 10, 6)
NEEDED = {
    "resources_total": {"au moins une ressource, même à 0"},
    "charges_total": {"au moins une charge, même à 0"},
    "effort": {"rent", "rent_charges", "housing_benefit", "au moins une ressource, même à 0"},
    "left": {
        "rent", "rent_charges", "housing_benefit", "au moins une ressource, même à 0", "au moins une charge, même à 0",
    },
    "units": {"adults", "children"},
    "left_a_day": {
        "rent", "rent_charges", "housing_benefit", "au moins une ressource, même à 0", "au moins une charge, même à 0",
        "adults", "children",
    },
    "bearable_rent": {"housing_benefit", "effort_limit", "au moins une ressource, même à 0"},
    "gap_to_minimum": {"minimum", "au moins une ressource, même à 0"},
    "to_mend": set(),
}  # fmt: skip
AMOUNTS = [
    "wages",
    "pension",
    "energy",
    "debts",
    "rent",
    "rent_charges",
    "housing_benefit",
    "left_limit",
    "minimum_amount",
]
ANSWERS = st.fixed_dictionaries(
    {},
    optional={code: st.integers(0, 10_000_000) for code in AMOUNTS}
    | {"adults": st.integers(0, 20), "children": st.integers(0, 20), "effort_limit": st.integers(0, 100)}
    | {"minimum": st.sampled_from([it.code for it in minima.MINIMA])},
)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("resources_total", "1\u00a0301,04\u00a0€"),
        ("charges_total", "291,00\u00a0€"),
        ("effort", "25,7\u00a0%"),  # (470 + 82 − 218) ÷ 1301.04
        ("left", "676,04\u00a0€"),  # 1301.04 + 218 − 470 − 82 − 291
        ("units", "2,1"),  # 1 + 0.5 + 2 × 0.3
        ("left_a_day", "10,58\u00a0€"),  # 676.04 × 12 ÷ 365 ÷ 2.1
        ("gap_to_minimum", "−56,64\u00a0€"),  # 1301.04 − 1357.68
    ],
)
def test_a_diagnosis_worked_out_by_hand(code: str, words: str) -> None:
    assert in_words(compute(code, FLAT, ON)) == words


@pytest.mark.parametrize("code", FORMULAS)
def test_without_answers_each_figure_says_what_it_needs(code: str) -> None:
    found = compute(code, {}, ON)
    assert set(found.missing) == NEEDED[code]
    assert (found.value is None) is bool(NEEDED[code])


@pytest.mark.parametrize(
    ("changed", "code", "value", "note"),
    [
        ({"wages": 0, "family_benefits": 0}, "effort", None, "Sans aucune ressource"),
        ({"housing_benefit": 600_00}, "effort", 0, "couvre le loyer"),
        ({"debts": 900_00}, "left", -163_96, "plus qu’il ne reçoit"),
        ({"effort_limit": 30}, "bearable_rent", 608_31, ""),
        ({"wages": 2000_00}, "gap_to_minimum", 793_36, "RSA, couple avec deux enfants"),
        ({"minimum_amount": 1400_00}, "gap_to_minimum", -98_96, "en dessous du minimum"),
        ({"minimum": "grapa_alone"}, "gap_to_minimum", None, "Aucun montant sûr"),
    ],
)
def test_the_edges_are_told(changed: dict[str, Answer], code: str, value: int | None, note: str) -> None:
    found = compute(code, FLAT | changed, ON)
    assert found.value == value
    assert note in found.note


@pytest.mark.parametrize(
    ("changed", "code", "alarming"),
    [
        ({}, "effort", False),
        ({"effort_limit": 30}, "effort", False),
        ({"effort_limit": 25}, "effort", True),
        ({"left_limit": 10_00}, "left_a_day", False),
        ({"left_limit": 11_00}, "left_a_day", True),
        ({"debts": 900_00}, "left", True),
        ({}, "gap_to_minimum", True),
        ({"wages": 2000_00}, "gap_to_minimum", False),
    ],
)
def test_what_calls_for_a_decision_stands_out(changed: dict[str, Answer], code: str, alarming: bool) -> None:
    assert compute(code, FLAT | changed, ON).alarming is alarming


def test_an_amount_holds_for_a_year_and_then_has_to_be_typed() -> None:
    rsa = minima.BY_CODE["rsa_four"]
    assert rsa.known(date(2025, 3, 31)) is None
    assert rsa.known(date(2025, 4, 1)) == rsa.last(date(2026, 12, 31))
    later = compute("gap_to_minimum", FLAT, date(2026, 11, 22))
    assert later.value is None and later.missing == ("minimum_amount",) and "1\u00a0357,68\u00a0€" in later.note
    assert compute("gap_to_minimum", FLAT | {"minimum_amount": 1370_00}, date(2026, 11, 22)).value == -68_96


def test_lines_left_empty_are_counted() -> None:
    assert compute("resources_total", FLAT, ON).note == "7 lignes sans montant\u00a0: comptées pour 0\u00a0€."
    every = dict.fromkeys(RESOURCES, 100)
    assert compute("resources_total", every, ON).note == ""
    assert compute("resources_total", {**every, "wages": 100} | {}, ON).value == 900


@given(ANSWERS)
def test_whatever_is_answered_there_is_a_figure_or_a_reason(answers: dict[str, Any]) -> None:
    for code in FORMULAS:
        found = compute(code, answers, ON)
        assert isinstance(found, Figure)
        assert (found.value is None) is bool(found.missing or "Sans aucune" in found.note), code
        assert not found.missing or not set(found.missing) & answers.keys(), code
        assert in_words(found) or found.value is None


@given(ANSWERS, st.sampled_from(AMOUNTS[:-2]), st.integers(1, 10_000))
def test_more_charges_never_leave_more(answers: dict[str, Any], code: str, more: int) -> None:
    """One more euro of resources or of benefit leaves more; of charges or of rent, less."""
    before, after = (compute("left", it, ON) for it in (answers, answers | {code: answers.get(code, 0) + more}))
    if before.value is None or after.value is None:
        return
    grows = code in RESOURCES or code == "housing_benefit"
    assert after.value - before.value == (more if grows else -more)


@given(ANSWERS)
def test_nothing_that_is_answered_is_changed(answers: dict[str, Any]) -> None:
    kept = dict(answers)
    first = [compute(code, answers, ON) for code in FORMULAS]
    assert answers == kept
    assert [compute(code, dict(reversed(answers.items())), ON) for code in FORMULAS] == first
