"""Sums of money as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.kernel.money import cents_of, euros


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("512", 512_00), ("512,3", 512_30), ("512.30", 512_30), ("1 234,56 €", 1234_56), ("1\u202f234", 1234_00),
        ("1.234", 1234_00), ("1.234,56", 1234_56), ("1.234.567,8", 1234567_80), ("0", 0), ("-5", -5_00),
        ("", None), ("1,234.56", None), ("12,345", None), ("mille", None), ("1.23.456", None), ("5 €/mois", None),
        ("1e3", None), ("٣", None), ("9" * 12, None),
    ],
)  # fmt: skip
def test_what_is_typed_is_read_or_refused(text: str, cents: int | None) -> None:
    assert cents_of(text) == cents


@given(st.integers(-99_999_999_999, 99_999_999_999))
def test_what_is_shown_is_read_back(cents: int) -> None:
    assert cents_of(euros(cents).replace("−", "-")) == cents
