"""A real nginx with a committed configuration: its addresses, folders and certificate made those of a test."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services import free_port, program

START_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Proxy:
    http: int
    https: int
    folder: Path

    def logged(self, until: str = "") -> str:
        """Everything that it wrote down; it does so after it has answered, so wait for the line that holds `until`."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            told = "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))
            if until in told or time.monotonic() > deadline:
                return told
            time.sleep(0.02)


@contextmanager
def nginx(configuration: Path, certificate: Path, behind: int) -> Iterator[Proxy]:
    """Run it for the time of the block on free ports of 127.0.0.1, in front of the port `behind`."""
    daemon = program("nginx", "nginx", folders=("/usr/sbin",))
    folder = Path(tempfile.mkdtemp(prefix="maillage-nginx-"))
    folder.chmod(0o755)
    proxy = Proxy(free_port(), free_port(), folder)
    (folder / "nginx.conf").write_text(_whole(configuration.read_text(encoding="utf-8"), proxy, certificate, behind))
    command = [str(daemon), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "start.log")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, proxy)
        yield proxy
    finally:
        process.terminate()
        process.wait(START_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def _whole(site: str, proxy: Proxy, certificate: Path, behind: int) -> str:
    """What is left alone is what is tested."""
    for pattern, ours in (
        (r"listen \[::\]:\d+[^;]*;", ""),
        (r"listen 80;", f"listen 127.0.0.1:{proxy.http};"),
        (r"listen 443 ", f"listen 127.0.0.1:{proxy.https} "),
        (r"/etc/ssl/maillage/\w+\.pem", str(certificate)),
        (r"/var/log/nginx/", f"{proxy.folder}/"),
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{behind}"),
    ):
        site, count = re.subn(pattern, ours, site)
        if not count:
            raise RuntimeError(f"the configuration does not say {pattern}")
    user = "user root;" if os.geteuid() == 0 else ""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    spool = "".join(f"{kind}_temp_path {proxy.folder}/{kind};" for kind in kinds)
    main = f"{user} daemon off; worker_processes 1; pid {proxy.folder}/pid; events {{ worker_connections 64; }}"
    return f"{main}\nhttp {{ {spool}\n{site}\n}}\n"


def _wait(process: subprocess.Popen[bytes], proxy: Proxy) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", proxy.https), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nginx did not start: {proxy.logged()[-600:]}")
