"""An OpenSearch server of our own, made of its published artifacts: temporary folder, free port, loopback only."""

import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services import MissingComponent, free_port, program

SOURCES = Path(__file__).parent / "opensearch_node"
START_SECONDS, STOP_SECONDS = 120, 20
HEAP = "512m"
MAVEN_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"


@dataclass(frozen=True, slots=True)
class Release:
    """The newest one whose modules are all published, for a Java that is at least this old."""

    java: int
    opensearch: str
    options: tuple[str, ...] = ()


RELEASES = (
    Release(21, "3.8.0", ("--enable-native-access=ALL-UNNAMED",)),
    Release(17, "2.19.6"),
)


@contextmanager
def opensearch() -> Iterator[str]:
    """Run a server for the time of the block; yields its address. Its data is lost afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="maillage-opensearch-"))
    try:
        server = start_opensearch(folder, free_port())
        try:
            yield server.url
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Server:
    """A running node. `kill` is a power cut; what it acknowledged is there when it starts again in the same folder."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process = process
        self.url = f"http://127.0.0.1:{port}"

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def wait(self, log: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/_cluster/health?wait_for_status=green&timeout=1s", timeout=5):
                    return
            except OSError:
                time.sleep(0.2)
        self.stop()
        raise RuntimeError(f"OpenSearch did not start: {log.read_text(errors='replace')[-800:]}")


def start_opensearch(folder: Path, port: int) -> Server:
    """A node that keeps its data in `folder`, ready to answer."""
    java, release = _java()
    distribution = _distribution(java, release)
    log = folder / "log"
    command = [
        str(java),
        *(f"-Xms{HEAP}", f"-Xmx{HEAP}", "-XX:+UseSerialGC"),
        *release.options,
        *("-Dlog4j2.disable.jmx=true", "-Dopensearch.set.netty.runtime.available.processors=false"),
        *("-cp", f"{distribution / 'classes'}:{distribution / 'lib'}/*"),
        *("Launcher", str(folder), str(port)),
    ]
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=folder)
    server = Server(process, port)
    server.wait(log)
    return server


def _java() -> tuple[Path, Release]:
    """The newest Java here that can also compile, and the release that it runs."""
    folders = ("/usr/lib/jvm/*/bin",)
    compilers = {
        program("javac", "openjdk-17-jdk-headless", folders=folders),
        *Path("/").glob("usr/lib/jvm/*/bin/javac"),
    }
    major, compiler = max((_major(compiler), compiler) for compiler in compilers)
    for release in RELEASES:
        if major >= release.java:
            return compiler.with_name("java"), release
    raise MissingComponent("OpenSearch needs a JDK, 17 or newer: install the Debian package openjdk-17-jdk-headless")


def _major(compiler: Path) -> int:
    told = subprocess.run([str(compiler), "-version"], capture_output=True, text=True)
    found = re.search(r"\d+", told.stdout + told.stderr)
    return int(found[0]) if found else 0


def _distribution(java: Path, release: Release) -> Path:
    """Jars and launcher, fetched and compiled once for this user."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "maillage"
    made_from = "".join(path.read_text(encoding="utf-8") for path in sorted(SOURCES.iterdir()))
    made_from += f"{release}{java.resolve()}"
    wanted = cache / f"opensearch-{release.opensearch}-{zlib.crc32(made_from.encode()):08x}"
    if wanted.is_dir():
        return wanted
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as temporary:
        making = Path(temporary) / "made"
        _assemble(making, java, release)
        try:
            making.rename(wanted)
        except OSError:
            # Another process may have been quicker.
            if not wanted.is_dir():
                raise
    return wanted


def _assemble(folder: Path, java: Path, release: Release) -> None:
    libraries, classes = folder / "lib", folder / "classes"
    classes.mkdir(parents=True)
    shutil.copy(SOURCES / "log4j2.properties", classes)
    maven = [str(program("mvn", "maven")), "-q", "-B", "-f", str(SOURCES / "pom.xml")]
    version = f"-Dopensearch.version={release.opensearch}"
    goal = [f"{MAVEN_PLUGIN}:copy-dependencies", f"-DoutputDirectory={libraries}", "-DincludeScope=runtime"]
    _run([*maven, version, *goal])
    compiler = [str(java.with_name("javac")), "-cp", f"{libraries}/*", "-d", str(classes)]
    _run([*compiler, str(SOURCES / "Launcher.java")])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise MissingComponent(f"OpenSearch cannot be assembled: {Path(command[0]).name} says {done.stdout[-600:]}")
