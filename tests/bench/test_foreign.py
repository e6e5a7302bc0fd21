"""Whether a clock tells somebody else's thing from no thing at all: two hundred pairs at each address, in turns."""

import time
from collections.abc import Callable
from math import comb
from pathlib import Path
from random import Random
from statistics import median

import pytest
from flask import Flask
from harness import compare

from factories.foreign import Door, doors
from factories.referrals import Town

PAIRS = 200
LEAST_CHANCE = 1e-4
"""Below this, over twenty addresses, it is no accident."""
MOST_SHARE = 0.05
"""Of the time of an answer: a difference of medians that a network would hide anyway."""


def test_two_hundred_pairs_take_the_same_time(app: Flask, town: Town, tmp_path: Path) -> None:
    table: dict[str, dict[str, object]] = {}
    for name, door in doors(app, town, tmp_path / "files").items():
        foreign, unknown = pairs(door)
        faster = sum(one < other for one, other in zip(foreign, unknown, strict=True))
        apart = median(foreign) - median(unknown)
        table[name] = {
            "foreign p50, ms": round(median(foreign), 3),
            "unknown p50, ms": round(median(unknown), 3),
            "apart, share": round(apart / median(unknown), 3),
            "foreign faster": f"{faster}/{PAIRS}",
            "by chance": f"{chance(faster, PAIRS):.2g}",
        }
    compare(f"foreign and unknown, {app.config['SQLALCHEMY_DATABASE_URI'].partition(':')[0]}", table)
    told = {
        name
        for name, row in table.items()
        if float(str(row["by chance"])) < LEAST_CHANCE and abs(float(str(row["apart, share"]))) > MOST_SHARE
    }
    assert told == set()


def pairs(door: Door) -> tuple[list[float], list[float]]:
    """Each pair in an order drawn by lot."""
    foreign: list[float] = []
    unknown: list[float] = []
    random = Random(1)
    for _ in range(PAIRS):
        turns: list[tuple[list[float], Callable[[], object]]] = [
            (foreign, door.ask_foreign), (unknown, door.ask_unknown),
        ]  # fmt: skip
        random.shuffle(turns)
        for taken, ask in turns:
            start = time.perf_counter()
            ask()
            taken.append(1000 * (time.perf_counter() - start))
    return foreign, unknown


def chance(faster: int, count: int) -> float:
    """Of a split as uneven as this one, were both the same: the sign test, on both sides."""
    least = min(faster, count - faster)
    return min(1.0, 2 * sum(comb(count, number) for number in range(least + 1)) / 2**count)


@pytest.mark.parametrize(("faster", "certain"), [(100, False), (90, False), (140, True), (60, True)])
def test_the_test_itself_can_fail(faster: int, certain: bool) -> None:
    assert (chance(faster, PAIRS) < LEAST_CHANCE) is certain
