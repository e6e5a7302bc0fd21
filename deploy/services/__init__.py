"""Real servers for tests and benchmarks: started in temporary folders on free ports, stopped by their process id."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


class MissingComponent(Exception):
    """A program is absent and could not be installed: a failure, never a silent skip."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str, package: str, *, folders: tuple[str, ...] = ()) -> Path:
    """Where a program is; installs its Debian package when running as root and it is missing."""
    found = _find(name, folders)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment, **quiet)
        command = ["apt-get", "install", "-y", "--no-install-recommends", package]
        subprocess.run(command, check=False, env=environment, **quiet)
        found = _find(name, folders)
    if found is None:
        raise MissingComponent(f"{name} is missing: install the Debian package {package}")
    return found


def tree(pid: int) -> list[int]:
    """A process and all that descend from it, itself first."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it may have ended meanwhile
            told = (folder / "stat").read_text().rpartition(")")[2].split()
            parents.setdefault(int(told[1]), []).append(int(folder.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def kill_all(pids: Iterable[int]) -> None:
    """With -9, the first one first."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _find(name: str, folders: tuple[str, ...]) -> Path | None:
    for pattern in folders:
        for folder in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True):
            if (folder / name).exists():
                return folder / name
    on_path = shutil.which(name)
    return Path(on_path) if on_path else None
