"""The parts of an instance: each can be killed with -9 and started again under the same address."""

import os
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Protocol

from harness import MAILLAGE
from services import free_port, kill_all, tree
from services.opensearch import Server, start_opensearch
from services.postgres import PostgresServer
from services.redis import RedisServer

from rig.handoffs import Client

ROOT = Path(__file__).parents[3]
READY_SECONDS = 300
SPARED_SECONDS = 60


class Part(Protocol):
    """`kill` is a kill -9 of the whole or, where `chance` has it so, of one of its processes; `start` returns once it
    answers."""

    def start(self) -> None: ...
    def kill(self, chance: Random) -> None: ...


class Command:
    """A process of ours, kept up as systemd would: it ends when a server that it needs at its start is away."""

    def __init__(self, arguments: list[str], environment: dict[str, str], log: Path, *, url: str = "") -> None:
        self._arguments, self._environment, self._log, self._url = arguments, environment, log, url
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def start(self) -> None:
        self._launch()
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self._arguments[0]} did not come up: {self.logged()[-800:]}")
            self.revive()
            time.sleep(0.2)

    def kill(self, chance: Random) -> None:
        """The whole, as when a machine stops; or one of its processes, as when memory runs out."""
        with self._turn:
            if self._process is None:
                return
            whole = tree(self._process.pid)
            if len(whole) > 1 and chance.random() < 0.5:
                kill_all([chance.choice(whole[1:])])
                return
            kill_all(whole)
            self._process.wait()
            self._process = None

    def end(self) -> None:
        with self._turn:
            if self._process is not None:
                kill_all(tree(self._process.pid))
                self._process.wait()
                self._process = None

    def revive(self) -> None:
        with self._turn:
            if self._process is not None and self._process.poll() is not None:
                self._process = self._popen()

    def rss(self) -> int:
        """Bytes that all its processes hold, shared pages shared out among them."""
        return sum(_proportional(pid) for pid in tree(self._process.pid)) if self._process else 0

    def logged(self) -> str:
        return self._log.read_text(errors="replace")

    def _launch(self) -> None:
        with self._turn:
            if self._process is None:
                self._process = self._popen()

    def _popen(self) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen(
                self._arguments, env=self._environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def _answers(self) -> bool:
        with suppress(OSError):
            return not self._url or bool(urllib.request.urlopen(f"{self._url}/healthz", timeout=2))
        return False


class Postgres:
    def __init__(self, server: PostgresServer) -> None:
        self.start = server.start
        self._kill = server.kill

    def kill(self, _chance: Random) -> None:
        self._kill()


class RedisPart:
    """Without a file: whatever it held is gone."""

    def __init__(self, server: RedisServer) -> None:
        self.start = server.start
        self._kill = server.kill

    def kill(self, _chance: Random) -> None:
        self._kill()


class OpenSearch:
    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._server: Server | None = None

    def start(self) -> None:
        self._folder.mkdir(exist_ok=True)
        self._server = start_opensearch(self._folder, self._port)

    def kill(self, _chance: Random) -> None:
        self.end()

    def end(self) -> None:
        if self._server is not None:
            self._server.kill()
            self._server = None


def gunicorn(environment: dict[str, str], log: Path, port: int) -> Command:
    program = str(Path(sys.executable).parent / "gunicorn")
    where = ["-c", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}", "wsgi:app"]
    return Command([program, *where], environment, log, url=f"http://127.0.0.1:{port}")


def serve(environment: dict[str, str], log: Path, port: int) -> Command:
    return Command([MAILLAGE, "serve", "--port", str(port)], environment, log, url=f"http://127.0.0.1:{port}")


def worker(environment: dict[str, str], log: Path) -> Command:
    return Command([MAILLAGE, "worker"], environment, log)


class Nurse:
    """Starts commands again that ended by themselves, every second."""

    def __init__(self, commands: list[Command]) -> None:
        self._commands, self._over = commands, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(1):
            for command in self._commands:
                command.revive()


class Killers:
    """One for each part: it lets it live for a while, kills it, leaves it away for a moment, and starts it again.

    A part is spared while nothing that the client asks was done since it came back, or on a slow machine nothing ever
    would be; for a minute at most, or nothing might be killed.
    """

    def __init__(
        self, parts: dict[str, tuple[Part, tuple[float, float]]], kills: int, seed: int, client: Client
    ) -> None:
        self.planned = kills * len(parts)
        self._client = client
        self.done = dict.fromkeys(parts, 0)
        self._kills, self._seed, self._parts = kills, seed, parts
        self._failures: list[BaseException] = []
        self._threads = [threading.Thread(target=self._work, args=(name,), daemon=True) for name in parts]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]

    @property
    def share(self) -> float:
        return 1.0 if self._failures else sum(self.done.values()) / self.planned

    def _work(self, name: str) -> None:
        part, calm = self._parts[name]
        chance = Random(f"{self._seed} {name}")
        try:
            for _ in range(self._kills):
                reached = self._client.done
                time.sleep(chance.uniform(*calm))
                self._spare(reached)
                part.kill(chance)
                self.done[name] += 1
                time.sleep(chance.uniform(0, 2))
                part.start()
        except BaseException as error:
            self._failures.append(error)

    def _spare(self, reached: int) -> None:
        deadline = time.monotonic() + SPARED_SECONDS
        while self._client.starved(reached) and time.monotonic() < deadline:
            time.sleep(0.05)


def _proportional(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return 1024 * int(line.split()[1])
    return 0


def settings_of(folder: Path, **settings: str) -> dict[str, str]:
    """The environment of an instance in `folder`; nothing of the caller's own settings."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MAILLAGE_")}
    return (
        plain
        | {"MAILLAGE_DATA_DIR": str(folder)}
        | {f"MAILLAGE_{name.upper()}": told for name, told in settings.items()}
    )
