"""One instance with the real files and the demonstration, made once for all the benchmarks."""

import os
import time
from pathlib import Path

import pytest
from harness import IMPORTS, maillage, report

from maillage.app import create_app
from maillage.demo import loader
from maillage.settings import Settings
from maillage.setup import prepare


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real files: `fr/` and `search/`."""
    told = os.environ.get("MAILLAGE_BENCH_DATA", "")
    assert told and Path(told).is_dir(), "MAILLAGE_BENCH_DATA names the folder of data to measure on"
    return Path(told)


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
