"""Importing 2 845 and 4 294 real rows; the same files again; the same with one row of a hundred changed."""

import json
import time
from pathlib import Path

from harness import IMPORTS, RESULTS, report

from maillage.app import create_app
from maillage.directory.imports import run_import
from maillage.kernel import jobs
from maillage.kernel.actor import SYSTEM
from maillage.settings import Settings
from maillage.setup import prepare

EVERY = 100


def test_two_files_under_a_minute_and_a_second_import_writes_nothing(instance: Path) -> None:
    told = json.loads((RESULTS / "import.json").read_text(encoding="utf-8"))
    assert told["first import, s"] < 60
    assert '"created": 0, "updated": 0' in told["second import, rows"]
    assert told["second import, rows"].count('"created": 0, "updated": 0') == 2


def test_one_row_of_a_hundred_changed(data: Path, tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path / "instance", argon2_memory_kib=1024, argon2_time=1))
    prepare(app)
    changed = tmp_path / "changed"
    changed.mkdir()
    for name, _ in IMPORTS:
        (changed / name).write_text(_changed((data / "fr" / name).read_text(encoding="utf-8")), encoding="utf-8")
    with app.app_context():
        first, _ = _imported(data / "fr")
        again, updated = _imported(changed)
    share = again / first
    report(
        "import, one row of a hundred changed",
        {
            "first import and its projection, s": round(first, 1),
            "again, s": round(again, 2),
            "rows updated": updated,
            "share (at most 0.05)": round(share, 3),
        },
    )
    assert updated > 0
    assert share <= 0.05


def _imported(folder: Path) -> tuple[float, int]:
    """Seconds until the index shows it, and rows updated."""
    start = time.perf_counter()
    reports = [run_import(SYSTEM, path=folder / name, format=kind) for name, kind in IMPORTS]
    jobs.drain()
    return time.perf_counter() - start, sum(one.counts()["updated"] for one in reports)


def _changed(text: str) -> str:
    """Every hundredth row is called otherwise, whatever the file."""
    lines = text.splitlines(keepends=True)
    for number in range(1, len(lines), EVERY):
        for name, other in (('"nom": "', '"nom": "Nouveau '), ("France services", "Nouvelle France services")):
            lines[number] = lines[number].replace(name, other, 1)
    return "".join(lines)
