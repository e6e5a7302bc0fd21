"""A PostgreSQL server of our own: temporary folder, free port, loopback only."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from services import free_port, kill_all, program, tree

BIN = ("/usr/lib/postgresql/*/bin",)
APPLICATION = "application"
START_SECONDS = 60
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgresServer:
    """A server that may be killed and started again in the same folder, under the same address."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._initdb = program("initdb", "postgresql", folders=BIN)
        self._folder = folder
        self._port = free_port()
        self._options = ("shared_buffers=64MB", *(() if durable else FORGETFUL))
        self._process: subprocess.Popen[bytes] | None = None
        self.server = f"postgresql://maillage@127.0.0.1:{self._port}"
        self.url = f"postgresql+psycopg://maillage@127.0.0.1:{self._port}/maillage"

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def create(self) -> None:
        """An empty database and the role of the application, on a server that answers."""
        self._user = _unprivileged(self._folder)
        command = [str(self._initdb), "-D", str(self._data), "-U", "maillage", "-A", "trust"]
        done = subprocess.run(
            [*self._user, *command, "-E", "UTF8", "--no-locale"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/", env=_plain(),
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stderr[-400:]}")
        self.start()
        create_database(self.server, "maillage")
        with psycopg.connect(f"{self.server}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {APPLICATION} LOGIN")

    def start(self) -> None:
        where = ["-D", str(self._data), "-p", str(self._port), "-h", "127.0.0.1", "-k", str(self._folder)]
        options = [word for option in self._options for word in ("-c", option)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._user, str(self._initdb.with_name("postgres")), *where, *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=_plain(),
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                psycopg.connect(f"{self.server}/postgres", connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start: {(self._folder / 'log').read_text()[-600:]}")

    def kill(self) -> None:
        """As a power cut, but for what the system itself had still to write: all its processes at once."""
        if self._process is not None:
            kill_all(tree(self._process.pid))
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """At once, without writing down what the log of the database holds already."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(START_SECONDS)
            self._process = None


@contextmanager
def postgres_server(*, durable: bool = True) -> Iterator[PostgresServer]:
    folder = Path(tempfile.mkdtemp(prefix="maillage-pg-"))
    server = PostgresServer(folder, durable=durable)
    try:
        server.create()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres(*, durable: bool = True) -> Iterator[str]:
    """Run a server for the time of the block; yields a SQLAlchemy URL of an empty database, as
    its owner. The role `application` exists too, and owns nothing. Without `durable` it survives
    the kill of its clients and not a power cut: for tests, which wait for the disk otherwise."""
    with postgres_server(durable=durable) as server:
        yield server.url


def create_database(server: str, name: str) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')


def _unprivileged(folder: Path) -> list[str]:
    """PostgreSQL refuses root: hand the folder to the system's `postgres` user then, and say how to become it."""
    if os.geteuid() != 0:
        return []
    account = pwd.getpwnam("postgres")
    folder.chmod(0o755)
    os.chown(folder, account.pw_uid, account.pw_gid)
    user = account.pw_name
    return ["setpriv", "--reuid", user, "--regid", user, "--init-groups", "--"]


def _plain() -> dict[str, str]:
    return os.environ | {"LC_ALL": "C"}
