"""What may never be committed."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
THIS = Path(__file__).relative_to(ROOT).as_posix()
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/\w"),
    "an index address": re.compile(r"--(?:extra-)?index-url|--find-links|files\.pythonhosted"),
    "a private key": re.compile(r"BEGIN [A-Z ]*PRIVATE KEY"),
    "a note to self": re.compile(r"\b(?:TODO|FIXME|XXX)\b"),
}


def tracked() -> list[Path]:
    """What git tracks; a source tree without git has nothing to check here."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and name != THIS and (ROOT / name).is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_tracked_holds(what: str) -> None:
    found = []
    for path in tracked():
        if "static/vendor" in path.as_posix() or path.suffix in {".png", ".gz", ".woff2"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {hit.group(0)}" for hit in FORBIDDEN[what].finditer(text)]
    assert found == []


def test_locks_are_hashed_and_name_no_index() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in re.sub(r"#.*", "", text)


def test_vendored_files_are_the_ones_whose_hash_is_written() -> None:
    import hashlib

    folder = ROOT / "platform/maillage/static/vendor"
    told = (folder / "VENDOR.sha256").read_text(encoding="utf-8")
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix not in {".md", ".sha256"}:
            assert hashlib.sha256(path.read_bytes()).hexdigest() in told, path.relative_to(ROOT)


def test_each_decision_has_a_number_of_its_own() -> None:
    heads = {path.name[:4]: path.read_text(encoding="utf-8").split(".")[0] for path in (ROOT / "docs/adr").glob("*.md")}
    assert len(heads) == len(list((ROOT / "docs/adr").glob("*.md")))
    assert heads == {number: f"# {int(number)}" for number in heads}
