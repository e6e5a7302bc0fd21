"""A PostgreSQL server of our own: temporary folder, free port, loopback only."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from services import free_port, program

BIN = ("/usr/lib/postgresql/*/bin",)
APPLICATION = "application"


@contextmanager
def postgres(*, durable: bool = True) -> Iterator[str]:
    """Run a server for the time of the block; yields a SQLAlchemy URL of an empty database, as
    its owner. The role `application` exists too, and owns nothing. Without `durable` it survives
    the kill of its clients and not a power cut: for tests, which wait for the disk otherwise."""
    initdb = program("initdb", "postgresql", folders=BIN)
    folder = Path(tempfile.mkdtemp(prefix="maillage-pg-"))
    data, port = folder / "data", free_port()
    user = _unprivileged(folder)
    try:
        _run(user, [str(initdb), "-D", str(data), "-U", "maillage", "-A", "trust", "-E", "UTF8", "--no-locale"])
        options = f"-p {port} -h 127.0.0.1 -k {folder} -c shared_buffers=64MB"
        options += "" if durable else " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        pg_ctl = str(initdb.with_name("pg_ctl"))
        _run(user, [pg_ctl, "-D", str(data), "-w", "-t", "60", "-l", str(folder / "log"), "-o", options, "start"])
        try:
            server = f"postgresql://maillage@127.0.0.1:{port}"
            create_database(server, "maillage")
            with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
                connection.execute(f"CREATE ROLE {APPLICATION} LOGIN")
            yield f"postgresql+psycopg://maillage@127.0.0.1:{port}/maillage"
        finally:
            _run(user, [pg_ctl, "-D", str(data), "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def create_database(server: str, name: str) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')


def _unprivileged(folder: Path) -> str | None:
    """PostgreSQL refuses root: hand the folder to the system's `postgres` user then."""
    if os.geteuid() != 0:
        return None
    account = pwd.getpwnam("postgres")
    folder.chmod(0o755)
    os.chown(folder, account.pw_uid, account.pw_gid)
    return account.pw_name


def _run(user: str | None, command: list[str]) -> None:
    prefix = ["setpriv", "--reuid", user, "--regid", user, "--init-groups", "--"] if user else []
    done = subprocess.run(
        [*prefix, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env=os.environ | {"LC_ALL": "C"},
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr[-400:]}")
