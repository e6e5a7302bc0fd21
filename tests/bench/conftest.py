"""One instance with the real files and the demonstration, made once for all the benchmarks."""

import os
import time
from pathlib import Path

import pytest
from harness import maillage, report

from maillage.app import create_app
from maillage.demo import loader
from maillage.settings import Settings
from maillage.setup import prepare

FILES = Path(os.environ.get("MAILLAGE_BENCH_DATA", Path(__file__).parents[3] / "shared" / "data"))


IMPORTS = (
    ("fr_france_services_2024.csv", "france-services"),
    ("fr_di_services_2023.jsonl", "data-inclusion-services"),
)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real files; `MAILLAGE_BENCH_DATA` names another one."""
    assert FILES.is_dir(), f"no data to measure on in {FILES}"
    return FILES


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    app = create_app(Settings(data_dir=folder, argon2_memory_kib=1024, argon2_time=1))
    prepare(app)
    with app.app_context():
        loader.load()
    rows: dict[str, object] = {}
    for turn in ("first", "second"):
        start = time.perf_counter()
        counts = [
            maillage(folder, "import", str(data / "fr" / name), "--format", kind).strip() for name, kind in IMPORTS
        ]
        rows[f"{turn} import, s"] = round(time.perf_counter() - start, 1)
        rows[f"{turn} import, rows"] = " ".join(counts)
    report("import", rows)
    return folder
