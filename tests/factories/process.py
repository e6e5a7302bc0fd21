"""What an application gives its process. In production one serves one; the tests make many, and each finds its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask

from maillage.directory import engine as registry
from maillage.kernel import content_keys, lifecycle, schema
from maillage.web.throttle import limiter


@dataclass(frozen=True)
class Given:
    """The key ring, the search engine, the ledger of erasures, who owns the schema, and whether hits are counted."""

    ring: Any
    engine: Any
    ledger: Any
    owner: str
    throttled: bool

    @classmethod
    def now(cls) -> "Given":
        return cls(content_keys._ring, registry._engine, lifecycle._ledger, schema._owner_url, limiter.enabled)

    def again(self) -> None:
        content_keys._ring, lifecycle._ledger = self.ring, self.ledger
        registry.use_engine(self.engine)
        schema.owned_by(self.owner)
        limiter.enabled = self.throttled


def remember(app: Flask) -> None:
    """Just made: what it gave the process is its own."""
    app.extensions["given"] = Given.now()


def process_of(app: Flask) -> None:
    """The process is this application's again, whichever was made since."""
    given_by(app).again()


def given_by(app: Flask) -> Given:
    given: Given = app.extensions["given"]
    return given


@contextmanager
def own_process() -> Iterator[None]:
    """For an application that lives as long as the block."""
    before = Given.now()
    try:
        yield
    finally:
        before.again()
