"""Production refuses what would put people at risk."""

import re

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
    [
        {"base_url": "http://maillage.example"},
        {"mail_url": "outbox:"},
        {"secret_key": "short"},
        {"demo": True},
        {"private_addresses": True},
        {"log_format": "xml"},
    ],
)
def test_an_unsafe_production_is_refused(unsafe: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**(SAFE | unsafe))


@pytest.mark.security
@pytest.mark.parametrize(
    ("name", "clear", "covered"),
    [
        ("database_url", "postgresql+psycopg://app:secret@db.example/maillage", "?sslmode=verify-full"),
        ("database_url", "postgresql+psycopg://app:secret@db.example/maillage?sslmode=require", "&sslmode=verify-ca"),
        ("database_url", "postgresql+psycopg:///maillage?host=db.example", "&sslmode=verify-full"),
        ("database_owner_url", "postgresql+psycopg://owner:secret@db.example/maillage", "?sslmode=verify-full"),
        ("redis_url", "redis://:secret@redis.example:6379/0", None),
        ("search_url", "http://search.example:9200", None),
        ("search_url", "https://one.example:9200, http://two.example:9200", None),
    ],
)
def test_nothing_crosses_a_network_in_clear(name: str, clear: str, covered: str | None) -> None:
    """On this machine nothing is asked; to another one, encryption and a checked certificate are."""
    with pytest.raises(ValidationError, match="must be encrypted"):
        Settings(**(SAFE | {name: clear}))
    safe = clear + covered if covered else clear.replace("redis://", "rediss://").replace("http://", "https://")
    for url in (safe, re.sub(r"\w+\.example", "localhost", clear)):
        assert getattr(Settings(**(SAFE | {name: url})), name) == url
