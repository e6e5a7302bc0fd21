"""Small tools of the benchmarks: percentiles, a served instance, a table and a JSON file for each result."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from services import free_port

IMPORTS = (
    ("fr_france_services_2024.csv", "france-services"),
    ("fr_di_services_2023.jsonl", "data-inclusion-services"),
)
ALL_IMPORTS = (
    *IMPORTS,
    ("fr_di_structures_2023.csv", "data-inclusion-structures"),
    ("fr_conseillers_numeriques_2022.csv", "conseillers-numeriques"),
)
RESULTS = Path(__file__).parents[2] / "var/bench"
MAILLAGE = str(Path(sys.executable).parent / "maillage")


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def time_each(calls: Sequence[Callable[[], object]], *, rounds: int = 1) -> list[float]:
    """Milliseconds of each call, round after round, the first round not counted."""
    for call in calls:
        call()
    taken = []
    for _ in range(rounds):
        for call in calls:
            start = time.perf_counter()
            call()
            taken.append(1000 * (time.perf_counter() - start))
    return taken


def summary(values: Sequence[float]) -> dict[str, float]:
    return {f"p{round(share * 100)}_ms": round(percentile(values, share), 2) for share in (0.5, 0.95, 0.99)}


def load() -> str:
    """Load average of the last minutes: times are worth little without it."""
    return " ".join(f"{average:.1f}" for average in os.getloadavg())


def report(name: str, rows: dict[str, object]) -> None:
    """Print a benchmark as a table and keep it in var/bench."""
    rows = rows | {"load average": load()}
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(rows, indent=2), encoding="utf-8")
    width = max(map(len, rows))
    print(f"\n{name}")
    for label, value in rows.items():
        print(f"  {label:<{width}}  {value}")


def compare(name: str, columns: dict[str, dict[str, object]]) -> None:
    """The same, side by side: a column for each engine."""
    labels = dict.fromkeys(label for rows in columns.values() for label in rows)
    cells = {label: "  ".join(f"{rows.get(label, '')!s:>10}" for rows in columns.values()) for label in labels}
    report(name, {"": "  ".join(f"{column:>10}" for column in columns)} | cells)
    (RESULTS / f"{name}.json").write_text(json.dumps(columns, indent=2), encoding="utf-8")


def environment(folder: Path, **settings: str) -> dict[str, str]:
    return os.environ | {"MAILLAGE_DATA_DIR": str(folder), "MAILLAGE_THROTTLE": "false"} | settings


def maillage(folder: Path, *arguments: str) -> str:
    """Run the command line on an instance; returns what it prints."""
    done = subprocess.run(
        [MAILLAGE, *arguments], env=environment(folder), check=True, capture_output=True, text=True, timeout=600
    )
    return done.stdout


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[str]:
    """A `maillage serve` process on loopback for the time of the block; yields its address."""
    port = free_port()
    process = subprocess.Popen(
        [MAILLAGE, "serve", "--port", str(port)],
        env=environment(folder, MAILLAGE_BASE_URL=f"http://127.0.0.1:{port}", **settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("the server stopped")
        try:
            get(f"{url}/readyz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not get ready")
