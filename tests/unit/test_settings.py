"""Production refuses what would put people at risk."""

import pytest
from pydantic import ValidationError

from maillage.settings import Environment, Settings

SAFE = {
    "env": Environment.PRODUCTION,
    "base_url": "https://maillage.example",
    "mail_url": "smtp://127.0.0.1:25",
    "secret_key": "s" * 40,
}


def test_a_safe_production_is_accepted() -> None:
    assert Settings(**SAFE).https


@pytest.mark.security
@pytest.mark.parametrize(
    "unsafe",
    [{"base_url": "http://maillage.example"}, {"mail_url": "outbox:"}, {"secret_key": "short"}, {"demo": True}],
)
def test_an_unsafe_production_is_refused(unsafe: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**(SAFE | unsafe))
