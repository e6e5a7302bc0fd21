"""Importing real files; the same files again; the same with one row of a hundred changed."""

import csv
import gc
import json
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from harness import ALL_IMPORTS, IMPORTS, RESULTS, report

from maillage.app import create_app
from maillage.directory.imports import run_import
from maillage.kernel import jobs
from maillage.kernel.actor import SYSTEM
from maillage.settings import Settings
from maillage.setup import prepare

EVERY = 100
Files = Sequence[tuple[str, str]]


def test_two_files_under_a_minute_and_a_second_import_writes_nothing(instance: Path) -> None:
    told = json.loads((RESULTS / "import.json").read_text(encoding="utf-8"))
    assert told["first import, s"] < 60
    assert '"created": 0, "updated": 0' in told["second import, rows"]
    assert told["second import, rows"].count('"created": 0, "updated": 0') == 2


@pytest.mark.parametrize("files", [IMPORTS, ALL_IMPORTS], ids=["two files", "four files"])
def test_one_row_of_a_hundred_changed(files: Files, data: Path, tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path / "instance", argon2_memory_kib=1024, argon2_time=1))
    prepare(app)
    for name, _ in files:
        rename_some(data / "fr" / name, tmp_path / name)
    with app.app_context():
        first, created = _imported(data / "fr", files)
        again, written = _imported(tmp_path, files)
    share = again / first
    report(
        f"import, one row of a hundred changed, {len(files)} files",
        {
            "first import and its projection, s": round(first, 1),
            "rows created": created,
            "again, s": round(again, 2),
            "rows updated": written,
            "share (at most 0.05)": round(share, 3),
        },
    )
    assert 0.008 < written / created < 0.012
    assert share <= 0.05


def _imported(folder: Path, files: Files) -> tuple[float, int]:
    """Seconds until the index shows it, and rows written. An import has a process of its own: what another one left to
    the collector is not counted."""
    gc.collect()
    gc.freeze()
    start = time.perf_counter()
    reports = [run_import(SYSTEM, path=folder / name, format=kind) for name, kind in files]
    jobs.drain()
    return time.perf_counter() - start, sum(one.created + one.updated for one in reports)


def rename_some(source: Path, target: Path) -> None:
    """The same file, where every hundredth row is called otherwise."""
    if source.suffix == ".jsonl":
        records = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
        for record in records[::EVERY]:
            record["nom"] = f"Nouveau {record['nom']}"
        target.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records), encoding="utf-8")
        return
    with source.open(encoding="utf-8-sig", newline="") as read, target.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictReader(read)
        writer = csv.DictWriter(file, rows.fieldnames or ())
        writer.writeheader()
        for number, row in enumerate(rows):
            for name in ("nom", "lib_fs") if number % EVERY == 0 else ():
                row |= {name: f"Nouveau {row[name]}"} if name in row else {}
            writer.writerow(row)
