"""Importing 2 845 and 4 294 real rows; the same files again."""

import json
from pathlib import Path

from harness import RESULTS


def test_two_files_under_a_minute_and_a_second_import_writes_nothing(instance: Path) -> None:
    told = json.loads((RESULTS / "import.json").read_text(encoding="utf-8"))
    assert told["first import, s"] < 60
    assert '"created": 0, "updated": 0' in told["second import, rows"]
    assert told["second import, rows"].count('"created": 0, "updated": 0') == 2
