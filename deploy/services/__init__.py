"""Real servers for tests and benchmarks: started in temporary folders on free ports, stopped by their process id."""

import os
import shutil
import socket
import subprocess
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


def _find(name: str, folders: tuple[str, ...]) -> Path | None:
    for pattern in folders:
        for folder in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True):
            if (folder / name).exists():
                return folder / name
    on_path = shutil.which(name)
    return Path(on_path) if on_path else None
