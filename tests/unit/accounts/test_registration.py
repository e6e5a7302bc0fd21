"""Registration numbers of France and Belgium."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.accounts.registration import luhn, normalized
from maillage.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("FR", "732 829 320", "732829320"),
        ("FR", "732829320 00074", "73282932000074"),
        ("FR", "732.829.320.00074", "73282932000074"),
        ("FR", "35600000000048", "35600000000048"),  # La Poste, head office: Luhn
        ("FR", "35600000049837", "35600000049837"),  # La Poste, a post office: its own rule
        ("FR", "   ", None),
        ("FR", None, None),
        ("BE", "0403.170.701", "0403170701"),
        ("BE", "BE 0403 170 701", "0403170701"),
        ("BE", "be0403170701", "0403170701"),
        ("BE", "403.170.701", "0403170701"),  # as written before 2005
        ("BE", "", None),
    ],
)
def test_right_numbers_are_kept_as_digits(country: str, typed: str | None, kept: str | None) -> None:
    assert normalized(country, typed) == kept


@pytest.mark.parametrize(
    ("country", "typed", "message"),
    [
        ("FR", "732829321", "Ce SIREN n’est pas valable : vérifiez les 9 chiffres."),
        ("FR", "73282932000075", "Ce SIRET n’est pas valable : vérifiez les 14 chiffres."),
        ("FR", "35600000049838", "Ce SIRET n’est pas valable : vérifiez les 14 chiffres."),
        ("FR", "7328293", "Indiquez un SIREN (9 chiffres) ou un SIRET (14 chiffres)."),
        ("FR", "0403170701", "Indiquez un SIREN (9 chiffres) ou un SIRET (14 chiffres)."),
        ("FR", "73282932A", "Indiquez un SIREN (9 chiffres) ou un SIRET (14 chiffres)."),
        ("FR", "٧٣٢٨٢٩٣٢٠", "Indiquez un SIREN (9 chiffres) ou un SIRET (14 chiffres)."),
        ("BE", "0403170702", "Ce numéro BCE n’est pas valable : vérifiez les 10 chiffres."),
        ("BE", "9403170701", "Ce numéro BCE n’est pas valable : vérifiez les 10 chiffres."),
        ("BE", "73282932000074", "Indiquez un numéro BCE (10 chiffres, par exemple 0403.170.701)."),
    ],
)
def test_wrong_numbers_are_refused_in_words(country: str, typed: str, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        normalized(country, typed)
    assert refused.value.fields == {"registration": message}


def test_other_countries_are_refused() -> None:
    with pytest.raises(Invalid) as refused:
        normalized("LU", "123")
    assert "country" in refused.value.fields


def completed(digits: str) -> str:
    return next(digits + last for last in "0123456789" if luhn(digits + last))


@given(st.text("0123456789", min_size=8, max_size=8), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen_in_a_siren(base: str, place: int, shift: int) -> None:
    right = completed(base)
    assert normalized("FR", right) == right
    digit = (int(right[place]) + shift) % 10
    assert not luhn(right[:place] + str(digit) + right[place + 1 :])


@given(st.integers(0, 19_999_999), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen_in_a_bce_number(base: int, place: int, shift: int) -> None:
    right = f"{base:08}{97 - base % 97:02}"
    assert normalized("BE", right) == right
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    with pytest.raises(Invalid):
        normalized("BE", wrong)
