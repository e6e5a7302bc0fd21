"""What an application gives its process. In production one serves one; the tests make many, and each finds its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from maillage.accounts import password_rules, passwords
from maillage.directory import engine as registry
from maillage.kernel import background, content_keys, fetching, lifecycle, outbox, schema
from maillage.referrals.service import revealing
from maillage.web.throttle import limiter

# What `create_app` sets for the whole process: a hash as dear as in production made each later test wait a second.
PLACES: tuple[tuple[Any, str], ...] = (
    (content_keys, "_ring"),
    (registry, "_engine"),
    (lifecycle, "_ledger"),
    (background, "_folder"),
    (schema, "_owner_url"),
    (limiter, "enabled"),
    (passwords, "_hasher"),
    (passwords, "_decoy"),
    (password_rules, "_breached"),
    (fetching, "_strict"),
    (revealing, "_most_per_hour"),
    (outbox, "_wake"),
)
Given = tuple[Any, ...]


def _now() -> Given:
    return tuple(getattr(place, name) for place, name in PLACES)


def _again(given: Given) -> None:
    for (place, name), value in zip(PLACES, given, strict=True):
        setattr(place, name, value)


def remember(app: Flask) -> None:
    """Just made: what it gave the process is its own."""
    app.extensions["given"] = _now()


def process_of(app: Flask) -> None:
    """The process is this application's again, whichever was made since."""
    _again(app.extensions["given"])


@contextmanager
def own_process() -> Iterator[None]:
    """For an application that lives as long as the block."""
    before = _now()
    try:
        yield
    finally:
        _again(before)
