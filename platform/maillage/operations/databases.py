"""A database as copies see it: read whole at one moment, and put in the place of another in one move."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from sqlalchemy import URL, Connection, NullPool, create_engine, inspect, text

from maillage.kernel.paths import sync
from maillage.operations.archive import CopyRefused, pieces_of

Kind = Literal["sqlite", "postgresql"]
RUNNING = "The instance is running: stop its processes first."


@dataclass(frozen=True, slots=True)
class Told:
    """What a database says of itself; the canaries are those of the ring that it was sealed with."""

    revision: str
    rows: dict[str, int]
    canaries: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of a database."""

    told: Told
    pieces: Iterable[bytes]
    size: int
    """About as many bytes as the pieces will be."""


class Database(Protocol):
    @property
    def kind(self) -> Kind: ...

    def snapshot(self) -> AbstractContextManager[Snapshot]: ...

    def ensure_ready(self) -> None:
        """Raises CopyRefused while something else is connected, or somebody whom it needs is missing."""

    def is_occupied(self) -> bool:
        """Whether somebody's data would be lost."""

    def replace(self, pieces: Iterable[bytes]) -> None:
        """Put what a snapshot gave in the place of everything; stopped anywhere, everything is as it was."""

    def told(self) -> Told: ...


@dataclass(frozen=True, slots=True)
class Sqlite:
    path: Path
    kind: Kind = "sqlite"

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """A copy on disk while it is read: writers go on meanwhile."""
        if not self.path.is_file():
            raise CopyRefused(f"There is no database at {self.path}: check MAILLAGE_DATA_DIR.")
        copied = self._beside("copying")
        copied.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(copied)) as target:
                source.backup(target)
                target.execute("PRAGMA journal_mode=DELETE")
            copied.chmod(0o600)
            with copied.open("rb") as file:
                yield Snapshot(_told_by(copied), pieces_of(file), copied.stat().st_size)
        finally:
            copied.unlink(missing_ok=True)

    def ensure_ready(self) -> None:
        """Leaving WAL wants to be alone with the file, and brings everything into it."""
        if not self.path.is_file():
            return
        with closing(sqlite3.connect(self.path, timeout=0)) as connection:
            try:
                connection.execute("PRAGMA journal_mode=DELETE")
            except sqlite3.DatabaseError as error:  # one that is damaged is nobody's
                if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                    raise CopyRefused(RUNNING) from error

    def is_occupied(self) -> bool:
        if not self.path.is_file():
            return False
        with closing(sqlite3.connect(self.path)) as connection:
            try:
                return bool(connection.execute("SELECT 1 FROM organization LIMIT 1").fetchone())
            except sqlite3.OperationalError:  # no such table
                return False
            except sqlite3.DatabaseError:  # damaged: something was there
                return True

    def replace(self, pieces: Iterable[bytes]) -> None:
        beside = self._beside("restoring")
        with beside.open("wb") as file:
            beside.chmod(0o600)
            file.writelines(pieces)
        sync(beside)
        for stale in ("-wal", "-shm"):
            self.path.with_name(self.path.name + stale).unlink(missing_ok=True)
        beside.replace(self.path)
        sync(self.path.parent)

    def told(self) -> Told:
        return _told_by(self.path)

    def _beside(self, what: str) -> Path:
        return self.path.with_name(f"{self.path.name}.{what}")


def _told_by(path: Path) -> Told:
    with connected(URL.create("sqlite", database=str(path))) as connection:
        return tell(connection)


@contextmanager
def connected(url: URL, **arguments: str) -> Iterator[Connection]:
    engine = create_engine(url, connect_args=arguments, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def tell(connection: Connection) -> Told:
    """Raises CopyRefused for a database that is not ours."""
    names = sorted(inspect(connection).get_table_names())
    if not {"alembic_version", "key_canary", "organization"} <= set(names):
        raise CopyRefused("This database is not that of an instance: run `maillage init` first.")
    quoted = connection.dialect.identifier_preparer.quote
    counted = {name: connection.scalar(text(f"SELECT count(*) FROM {quoted(name)}")) or 0 for name in names}  # noqa: S608
    canaries = connection.execute(text("SELECT key_id, canary FROM key_canary"))
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return Told(str(revision), counted, {row[0]: bytes(row[1]) for row in canaries})
