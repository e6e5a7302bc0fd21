"""docs/asvs.csv: every requirement is answered, every « yes » names a test that exists, everything else says why."""

import ast
import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.security

ROOT = Path(__file__).parents[2]
ROWS = list(csv.DictReader((ROOT / "docs/asvs.csv").read_text(encoding="utf-8").splitlines()))
COLUMNS = ["id", "level", "requirement", "status", "where", "test", "note"]
# ASVS 5.0.0 without self-contained tokens (9) and WebRTC (17), and of OAuth (10) only what a client of a provider of
# identities has to do: how many requirements each section has.
SECTIONS = {
    "1": (2, 10, 12, 3, 3), "2": (3, 3, 5, 2), "3": (1, 3, 5, 8, 8, 1, 5), "4": (5, 5, 2, 4), "5": (1, 6, 3, 3),
    "6": (3, 12, 8, 6, 8, 4, 2, 4), "7": (3, 4, 2, 5, 3, 2), "8": (4, 4, 3, 2), "10": (2, 3, 0, 0, 5),
    "11": (4, 5, 5, 4, 2, 2, 2), "12": (5, 2, 5), "13": (4, 6, 4, 7), "14": (2, 8, 3), "15": (5, 5, 7, 4),
    "16": (1, 5, 4, 3, 4),
}  # fmt: skip
IDS = [
    f"{chapter}.{section}.{number}"
    for chapter, sizes in SECTIONS.items()
    for section, size in enumerate(sizes, 1)
    for number in range(1, size + 1)
]
TOTALS = {"1": 61, "2": 158, "3": 81}
LEAST_MET = {"1": 60, "2": 151, "3": 63}
"""Met or not applicable. It only rises."""


def test_every_requirement_is_answered_once() -> None:
    assert list(ROWS[0]) == COLUMNS
    assert [row["id"] for row in ROWS] == IDS
    assert Counter(row["level"] for row in ROWS) == TOTALS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_an_answer_is_shown_or_explained(row: dict[str, str]) -> None:
    assert row["status"] in ("yes", "partly", "no", "not_applicable")
    assert 1 <= len(row["requirement"].split()) <= 12
    if row["status"] == "yes":
        assert row["where"] and _collected(row["test"]), f"no such test: {row['test']}"
    else:
        assert row["note"] and not row["test"], "say why, and name no test"


def test_what_is_met_is_counted_in_the_page_on_security() -> None:
    """The counts of docs/security.md are those of the table, and no release meets less than the one before."""
    told = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    for level, total in TOTALS.items():
        found = Counter(row["status"] for row in ROWS if row["level"] == level)
        cells = [level, total, *(found[status] for status in ("yes", "partly", "no", "not_applicable"))]
        assert f"| {' | '.join(map(str, cells))} |" in told, cells
        assert found["yes"] + found["not_applicable"] >= LEAST_MET[level]


def _collected(node: str) -> bool:
    """Whether pytest would find this test; what stands in brackets must be written somewhere in its file."""
    file, _, name = node.partition("::")
    if not (ROOT / file).is_file():
        return False
    bare, _, parameter = name.partition("[")
    return bare in _tests(file) and parameter.rstrip("]") in (ROOT / file).read_text(encoding="utf-8")


@cache
def _tests(file: str) -> frozenset[str]:
    if not re.match(r"tests/(unit|integration|functional|browser|contract|guards)/(.*/)?test_\w+\.py$", file):
        return frozenset()
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    classes = [one for one in tree.body if isinstance(one, ast.ClassDef) and one.name.startswith("Test")]
    return frozenset(_functions(tree.body)) | {
        f"{one.name}::{name}" for one in classes for name in _functions(one.body)
    }


def _functions(body: list[ast.stmt]) -> list[str]:
    return [one.name for one in body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")]
