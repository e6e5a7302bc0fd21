from typing import get_args

import pytest

from maillage_search.emergency import COUNTRIES, all_numbers, numbers_for
from maillage_search.port import UrgencyKind


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("kind", get_args(UrgencyKind))
def test_every_urgency_has_numbers_in_every_country(kind: UrgencyKind, country: str) -> None:
    numbers = numbers_for(kind, country)
    assert numbers
    assert all(number.name and number.description and number.hours for number in numbers)
    assert all(number.href.removeprefix("tel:").isdigit() for number in numbers)


@pytest.mark.parametrize(
    ("kind", "country", "number"),
    [
        ("violence", "FR", "3919"),
        ("violence", "BE", "0800 30 030"),
        ("suicide", "FR", "3114"),
        ("suicide", "BE", "0800 32 123"),
        ("child", "FR", "119"),
        ("child", "BE", "103"),
        ("roofless", "FR", "115"),
        ("medical", "FR", "15"),
        ("medical", "BE", "112"),
    ],
)
def test_known_numbers(kind: UrgencyKind, country: str, number: str) -> None:
    assert number in [one.number for one in numbers_for(kind, country)]


def test_no_urgency_shows_nothing_and_an_unknown_country_shows_ours() -> None:
    assert numbers_for(None, "FR") == ()
    assert numbers_for("suicide", "CH") == numbers_for("suicide", "FR")
    assert "3919" not in [one.number for one in all_numbers("BE")]
