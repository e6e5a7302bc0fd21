"""Passwords, codes, devices, and paths to come back to."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.accounts import totp
from maillage.accounts.devices import device_of
from maillage.accounts.password_rules import weakness
from maillage.accounts.redirection import own_path

ABOUT = ["camille.durand@aurore.example", "Association Aurore"]
NOW = datetime(2026, 3, 3, 12, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "sept777",
        "x" * 201,
        "12345678",
        "87654321",
        "abcdefgh",
        "aaaaaaaa",
        "abababab",
        "19870614",
        "azerty2024!",
        "Azertyuiop",
        "Football1998!",
        "sunshine",
        "P@ssw0rd",
        "P@ssword1",
        "motdepasse",
        "mot de passe 1",
        "Été20262026",
        "Bruxelles1!",
        "camille.durand",
        "Durand1987",
        "aurore2026",
        "Association Aurore",
        "camille.durand@aurore.example",
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    assert weakness(password, about=ABOUT)


@pytest.mark.parametrize(
    "password",
    [
        "les cerises du jardin",
        "cheval pile agrafe correct",
        "tkw9!pQz",
        "493820174639",
        "Aurore boréale sur le fjord",
        "ça commence par une cédille",
    ],
)
def test_length_is_enough_and_no_composition_is_asked(password: str) -> None:
    assert weakness(password, about=ABOUT) is None


@given(st.integers(-3, 3))
def test_a_code_counts_half_a_minute_either_side(steps: int) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    typed = totp.current_code(secret, NOW + timedelta(seconds=30 * steps))
    step = totp.matching_step(secret, typed, NOW)
    if abs(steps) <= 1:
        assert step == int(NOW.timestamp()) // 30 + steps
    else:
        assert step is None


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "١٢٣٤٥٦"])
def test_what_is_no_code_is_no_code(typed: str) -> None:
    assert not totp.looks_like_totp(typed)


def test_recovery_codes_are_distinct_and_forgiving() -> None:
    codes = totp.new_recovery_codes()
    assert len(set(codes)) == 10
    owner = UUID(int=1)
    assert totp.recovery_hash(owner, codes[0]) == totp.recovery_hash(owner, codes[0].lower().replace("-", " "))
    assert totp.recovery_hash(owner, codes[0]) != totp.recovery_hash(UUID(int=2), codes[0])


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox sur Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome sur Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge sur Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari sur iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome sur Android"),
        ("curl/8.5", "Autre navigateur"),
        ("", "Autre navigateur"),
    ],
)
def test_devices_in_words(agent: str, device: str) -> None:
    assert device_of(agent) == device


@given(st.text())
def test_signing_in_never_leads_elsewhere(target: str) -> None:
    path = own_path(target)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert path.isprintable()
