"""The two databases as durable as in production: a commit waits for a disk, and not for memory that looks like one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from harness import RESULTS
from services.postgres import postgres

from conftest import make_app
from factories.process import own_process
from maillage.kernel.db import db

BASES = ("sqlite", "postgresql")


Measured = dict[str, object]


def on_each(measure: Callable[[str], Measured]) -> dict[str, Measured]:
    """What `measure` finds on each, in an application of its own; it is told the address of the owner, if any."""
    table: dict[str, Measured] = {}
    for name in BASES:
        with _base(name) as (url, folder), own_process():
            app = make_app(folder, url)
            with app.app_context():
                table[name] = measure(url)
                db.session.remove()
                db.engine.dispose()
    return table


@contextmanager
def _base(name: str) -> Iterator[tuple[str, Path]]:
    """The address of its owner, empty for the file that the application makes itself; and a folder for the rest."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=RESULTS) as folder:
        if name == "sqlite":
            yield "", Path(folder)
            return
        with postgres() as url:
            yield url, Path(folder)
