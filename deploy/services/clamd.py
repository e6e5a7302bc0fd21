"""A real ClamAV daemon that knows the signatures it is given and no other: temporary folder, socket of its own."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5
from pathlib import Path

from services import program


@contextmanager
def clamd(dangerous: bytes) -> Iterator[str]:
    """Run a daemon that takes `dangerous` for a virus; yields the address of its socket."""
    daemon = program("clamd", "clamav-daemon", folders=("/usr/sbin",))
    folder = Path(tempfile.mkdtemp(prefix="maillage-clamd-"))
    link = folder / "socket"
    known = md5(dangerous, usedforsecurity=False).hexdigest()
    (folder / "test.hdb").write_text(f"{known}:{len(dangerous)}:Maillage-Test\n")
    lines = [f"DatabaseDirectory {folder}", f"LocalSocket {link}", "Foreground yes", f"LogFile {folder}/log"]
    (folder / "clamd.conf").write_text("\n".join([*lines, "User root" if os.geteuid() == 0 else "", ""]))
    process = subprocess.Popen([str(daemon), "-c", str(folder / "clamd.conf")], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not link.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        yield f"unix://{link}"
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
