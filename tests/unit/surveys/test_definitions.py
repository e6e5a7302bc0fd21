"""The grids as data: each can be shown, answered and told apart from its other versions."""

import hashlib
import re
from dataclasses import asdict
from typing import Any

import pytest

from maillage.kernel.errors import Invalid
from maillage.referrals.grids.forms import SectionForm
from maillage.surveys import grids
from maillage.surveys.answers import accepted
from maillage.surveys.definition import Grid, Kind, Question, Section, choice, date_of, money, number, several, words
from maillage.surveys.formulas import CHARGES, FORMULAS, RESOURCES

COUNTRIES = ("FR", "BE")
EVERY = [version for versions in grids.VERSIONS.values() for version in versions]
FROZEN = {
    ("diagnosis", 1): "fc1727f6d81a",
    ("arrival", 1): "3f71ae1fa991",
    ("visit", 1): "ca491cd2a39b",
    ("tenant", 1): "09488f74dca6",
}  # fmt: skip
SECTION = Section(
    "all",
    "Tout",
    (
        choice("home", "Où ?", yes="Oui", no="Non"),
        several("seen", "Quoi ?", {"a": "A", "b": "B"}),
        number("people", "Combien ?", most=20),
        money("rent", "Loyer"),
        date_of("day", "Quand ?"),
        words("note", "Note"),
        money("only_here", "Ici").within("BE"),
    ),
)


def digest(grid: Grid) -> str:
    return hashlib.sha256(repr(asdict(grid)).encode()).hexdigest()[:12]


@pytest.mark.parametrize("grid", EVERY, ids=lambda it: f"{it.code}-{it.version}")
def test_what_was_filled_is_read_by_the_wording_it_answers(grid: Grid) -> None:
    """A change of words is a new version, added beside the one that people answered."""
    assert digest(grid) == FROZEN[grid.code, grid.version]


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("grid", EVERY, ids=lambda it: f"{it.code}-{it.version}")
def test_a_grid_can_be_shown(grid: Grid, country: str) -> None:
    asked = list(grid.questions(country))
    codes = [it.code for it in asked]
    assert len(codes) == len(set(codes))
    assert len({section.code for section in grid.sections}) == len(grid.sections)
    assert not {*codes} & set(dir(SectionForm)), "a field would hide something of its form"
    for question in asked:
        assert question.label and re.fullmatch(r"[a-z_]+", question.code)
        assert bool(question.options) is (question.kind in (Kind.CHOICE, Kind.SEVERAL)), question.code
        assert (question.kind is Kind.COMPUTED) is (question.code in FORMULAS), question.code


def test_versions_are_counted_from_one() -> None:
    assert set(grids.VERSIONS) == {"arrival", "visit", "diagnosis", "tenant"}
    for code, versions in grids.VERSIONS.items():
        assert [it.version for it in versions] == list(range(1, len(versions) + 1))
        assert {it.code for it in versions} == {code}
        assert grids.latest(code) is versions[-1]


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_diagnosis_asks_all_that_it_counts(country: str) -> None:
    diagnosis = grids.latest("diagnosis")
    assert diagnosis is not None
    amounts = {it.code for it in diagnosis.questions(country) if it.kind is Kind.MONEY}
    assert amounts >= {*RESOURCES, *CHARGES, "rent", "rent_charges", "housing_benefit", "minimum_amount", "left_limit"}
    assert {it.code for it in diagnosis.questions(country)} >= {"adults", "children", "minimum", "effort_limit"}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"home": "maybe"}, "Choisissez parmi"),
        ({"home": 3}, "Choisissez parmi"),
        ({"seen": ["a", "z"]}, "Choisissez parmi"),
        ({"seen": "a"}, "Choisissez parmi"),
        ({"people": 21}, "au plus 20"),
        ({"people": -1}, "0 ou plus"),
        ({"people": "beaucoup"}, "un nombre"),
        ({"rent": -1}, "0 ou plus"),
        ({"rent": 10_000_001}, "au plus 100000 €"),
        ({"day": "demain"}, "une date"),
        ({"note": "x" * 4001}, "4000 caractères"),
        ({"only_here": 5}, "pas posée"),
        ({"unknown": "?"}, "pas posée"),
    ],
)
def test_an_answer_that_is_none_is_refused_beside_its_question(given: dict[str, Any], why: str) -> None:
    with pytest.raises(Invalid) as refused:
        accepted(SECTION, "FR", given)
    (code,) = given
    assert why in refused.value.fields[code].replace("\u00a0", " ")


def test_what_is_left_empty_is_not_kept() -> None:
    given = {"home": "", "seen": [], "people": 0, "rent": 0, "note": "Vu."}
    assert accepted(SECTION, "FR", given) == {"people": 0, "rent": 0, "note": "Vu."}
    assert accepted(SECTION, "BE", {"only_here": 5}) == {"only_here": 5}


def test_a_question_is_within_its_countries() -> None:
    asked: list[Question] = list(SECTION.asked("FR"))
    assert [it.code for it in asked][-1] == "note"
