"""Copies of PostgreSQL, through its own tools in the server's own version, and nothing on disk on the way."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from sqlalchemy import URL, text

from maillage.kernel import walls
from maillage.operations.archive import CopyRefused, pieces_of
from maillage.operations.databases import RUNNING, Kind, Snapshot, Told, connected, tell

_PACKAGES: Final = Path("/usr/lib/postgresql")
# One transaction: whoever reads meanwhile, and a failure, find everything as it was.
_BEGIN: Final = b"""SET lock_timeout = '30s';
BEGIN;
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE 'DROP TABLE IF EXISTS public.' || name || ' CASCADE';
  END LOOP;
END $$;
"""
_COMMIT: Final = b"COMMIT;\n"


@dataclass(frozen=True, slots=True)
class Postgresql:
    """The database at `url`, reached as the owner of its tables."""

    url: URL
    serving: str
    """The role of the processes that serve."""
    kind: Kind = "postgresql"

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Rows are counted in the snapshot that is dumped."""
        with connected(self.url, **_PASSING) as connection:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
            told = tell(connection)
            moment = str(connection.scalar(text("SELECT pg_export_snapshot()")))
            size = connection.scalar(text("SELECT pg_database_size(current_database())")) or 0
            yield Snapshot(told, self._dumped(moment), size)

    def ensure_ready(self) -> None:
        known = text("SELECT 1 FROM pg_roles WHERE rolname = :name")
        others = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        with connected(self.url) as connection:
            if not connection.scalar(known, {"name": self.serving}):
                raise CopyRefused(
                    f"The role {self.serving} that serves is missing: create it first (docs/operations.md)."
                )
            if connection.scalar(others):
                raise CopyRefused(RUNNING)

    def is_occupied(self) -> bool:
        with connected(self.url, **_PASSING) as connection:
            there = connection.scalar(text("SELECT to_regclass('public.organization')"))
            return bool(there and connection.scalar(text("SELECT 1 FROM organization LIMIT 1")))

    def replace(self, pieces: Iterable[bytes]) -> None:
        quiet = ["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
        failure: Exception | None = None
        with self._running("psql", quiet, stdin=subprocess.PIPE) as sink:
            assert sink.stdin is not None
            try:
                sink.stdin.write(_BEGIN)
                sink.stdin.flush()
                self._write_script(pieces, sink.stdin)
                sink.stdin.write(_COMMIT)
                sink.stdin.flush()
            except (BrokenPipeError, CopyRefused) as error:
                failure = error  # of a tool that lost the other: which of the two says why is told by its exit code
            with suppress(BrokenPipeError):
                sink.stdin.close()
        if failure:
            raise failure

    def _write_script(self, pieces: Iterable[bytes], target: IO[bytes]) -> None:
        words = ["--no-owner", "--no-privileges", "--file=-"]
        with self._running("pg_restore", words, stdin=subprocess.PIPE, stdout=target) as source:
            assert source.stdin is not None
            for piece in pieces:
                source.stdin.write(piece)
            source.stdin.close()

    def told(self) -> Told:
        with connected(self.url, **_PASSING) as connection:
            return tell(connection)

    def _dumped(self, moment: str) -> Iterator[bytes]:
        with self._running("pg_dump", ["--format=custom", f"--snapshot={moment}"], stdout=subprocess.PIPE) as source:
            assert source.stdout is not None
            yield from pieces_of(source.stdout)

    @contextmanager
    def _running(
        self,
        name: str,
        words: list[str],
        *,
        stdin: int | IO[bytes] | None = None,
        stdout: int | IO[bytes] | None = None,
    ) -> Iterator["subprocess.Popen[bytes]"]:
        """One of the server's tools at work on this database. Raises CopyRefused with its words when it fails."""
        where = [] if name == "pg_restore" else [f"--dbname={self._address}"]
        command = [self._tool(name), *words, *where]
        with tempfile.TemporaryFile() as told:
            process = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=told, env=self._environment)  # noqa: S603
            try:
                yield process
                code = process.wait()
            finally:
                process.kill()
                process.wait()
            if code:
                told.seek(0)
                lines = told.read().decode(errors="replace").strip().splitlines()
                raise CopyRefused(f"{name} failed: {lines[-1] if lines else code}")

    def _tool(self, name: str) -> str:
        """Of the server's own version where it is installed, or a newer one."""
        with connected(self.url) as connection:
            major = int(str(connection.scalar(text("SHOW server_version_num")))) // 10_000
        found = sorted((int(path.parents[1].name), path) for path in _PACKAGES.glob(f"[0-9]*/bin/{name}"))
        fitting = [str(path) for version, path in found if version >= major]
        tool = fitting[0] if fitting else shutil.which(name)
        if tool is None:
            raise CopyRefused(f"{name} is missing: install postgresql-client-{major}, or a newer one.")
        return tool

    @property
    def _address(self) -> str:
        return self.url.set(drivername="postgresql", password=None).render_as_string()

    @property
    def _environment(self) -> dict[str, str]:
        """The password is nowhere that another user of the machine can read."""
        return {**os.environ, "LC_ALL": "C.UTF-8"} | ({"PGPASSWORD": self.url.password} if self.url.password else {})


_PASSING: Final = {"options": f"-c {walls.OPENS}={walls.EVERYTHING}"}
