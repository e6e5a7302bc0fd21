"""An instance as it is run: in one process, or with each of its servers."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from harness import MAILLAGE, RESULTS
from services import free_port
from services.postgres import APPLICATION, postgres_server
from services.redis import redis
from services.smtp import SmtpSink, smtp_sink
from sqlalchemy import Engine, create_engine, make_url

from rig import parts
from rig.handoffs import Client
from rig.parts import Command, Part

Calm = tuple[float, float]
"""Between how many seconds a part lives before it is killed."""
Wire = Callable[[str, str], str]
"""Given the name of a server and its address, the address to ask it under."""


def straight(_name: str, address: str) -> str:
    return address


@dataclass(frozen=True)
class Instance:
    """`engine` sees everything, as the owner; `parts` are what may be killed; `commands` are our own processes."""

    url: str
    engine: Engine
    sink: SmtpSink | None
    world: dict[str, Any]
    parts: dict[str, tuple[Part, Calm]]
    commands: dict[str, Command]
    redis_url: str = ""

    def client(self) -> Client:
        tokens = {user["key"]: user["api_token"] for user in self.world["users"]}
        services = {service["key"]: service["id"] for service in self.world["services"]}
        return Client(self.url, tokens["A.referent"], services["B.listening"])


@contextmanager
def in_one_process() -> Iterator[Instance]:
    """`maillage serve` on SQLite."""
    with _folder() as folder, smtp_sink() as sink:
        port = free_port()
        environment = _environment(folder, port, f"smtp://{sink.address}")
        world = _world(environment)
        engine = create_engine(f"sqlite:///{folder / 'maillage.db'}")
        command = parts.serve(environment, folder / "serve.log", port)
        with _running({"serve": command}):
            yield Instance(
                f"http://127.0.0.1:{port}", engine, sink, world, {"serve": (command, (4, 12))}, {"serve": command}
            )
        engine.dispose()


@contextmanager
def with_all_servers(wire: Wire = straight) -> Iterator[Instance]:
    """gunicorn, RQ workers, Redis, PostgreSQL, OpenSearch; the servers are reached over `wire`."""
    with _folder() as folder, smtp_sink() as sink, _with_servers(folder, sink, sink.address, wire) as instance:
        yield instance


@contextmanager
def with_queue(smtp: str) -> Iterator[Instance]:
    """The same with its mails led elsewhere, and the search engine of the processes themselves."""
    with _folder() as folder, _with_servers(folder, None, smtp, straight, cluster=False) as instance:
        yield instance


@contextmanager
def _with_servers(
    folder: Path, sink: SmtpSink | None, smtp: str, wire: Wire, *, cluster: bool = True
) -> Iterator[Instance]:
    with ExitStack() as opened:
        database, queue = opened.enter_context(postgres_server()), opened.enter_context(redis())
        owner, port = make_url(database.url), free_port()
        asked = owner.set(username=APPLICATION).render_as_string()
        told = {"database_url": wire("PostgreSQL", asked), "database_owner_url": database.url}
        told["redis_url"] = wire("Redis", queue.url)
        victims: dict[str, tuple[Part, Calm]] = {
            "Redis": (parts.RedisPart(queue), (4, 24)),
            "PostgreSQL": (parts.Postgres(database), (6, 24)),
        }
        if cluster:
            search = parts.OpenSearch(folder / "opensearch")
            opened.callback(search.end)
            search.start()
            told["search_url"] = wire("search", search.url)
            victims["search"] = search, (2, 10)
        environment = _environment(folder, port, wire("SMTP", f"smtp://{smtp}"), **told)
        world = _world(environment)
        commands = {
            "web": parts.gunicorn(environment, folder / "web.log", port),
            "worker": parts.worker(environment, folder / "worker.log"),
        }
        victims |= {"web": (commands["web"], (4, 20)), "worker": (commands["worker"], (6, 24))}
        engine = create_engine(owner, pool_pre_ping=True)
        opened.callback(engine.dispose)
        opened.enter_context(_running(commands))
        yield Instance(f"http://127.0.0.1:{port}", engine, sink, world, victims, commands, queue.url)


@contextmanager
def _running(commands: dict[str, Command]) -> Iterator[None]:
    try:
        for command in commands.values():
            command.start()
        with parts.Nurse(list(commands.values())):
            yield
    finally:
        for name, command in commands.items():
            command.end()
            (RESULTS / f"{name}.log").write_text(command.logged(), encoding="utf-8")


@contextmanager
def _folder() -> Iterator[Path]:
    """On the disk, as in production."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=RESULTS) as folder:
        yield Path(folder)


def _environment(folder: Path, port: int, smtp: str, **settings: str) -> dict[str, str]:
    plain = {"mail_url": smtp, "base_url": f"http://127.0.0.1:{port}", "log_format": "json"}
    return parts.settings_of(folder, **plain, **settings)


def _world(environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [MAILLAGE, "scenario", "three-orgs", "--json"], env=environment, check=True, capture_output=True, timeout=120
    )
    world: dict[str, Any] = json.loads(done.stdout)
    return world
