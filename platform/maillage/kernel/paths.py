"""Where this instance keeps what it owns on disk."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DataPaths:
    """The data folder of one instance, readable by its owner only."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "maillage.db"

    @property
    def keyring(self) -> Path:
        return self.root / "keyring.json"

    @property
    def secret_key(self) -> Path:
        return self.root / "secret_key"

    @property
    def search(self) -> Path:
        return self.root / "search"

    @property
    def erasures(self) -> Path:
        return self.root / "erasures.jsonl"

    @property
    def anchors(self) -> Path:
        return self.root / "audit-anchors.jsonl"

    @property
    def copies(self) -> Path:
        """Which copies of this instance were made, and when."""
        return self.root / "copies.jsonl"

    @property
    def files(self) -> Path:
        return self.root / "files"

    def ensure(self) -> None:
        for folder in (self.root, self.search, self.files):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.root.chmod(0o700)


def write_secret(path: Path, text: str) -> None:
    """Create `path` readable by its owner only; refuses to overwrite."""
    _write(path, text, 0o400)


def replace_secret(path: Path, text: str) -> None:
    """Put `text` in the place of what `path` holds: a reader, or a crash, finds the old text or the new one, whole."""
    _replace(path, text, 0o400)


def replace_lines(path: Path, lines: Iterable[str]) -> None:
    """Put these lines in the place of those of a file that only grows, in one move."""
    _replace(path, "".join(f"{line}\n" for line in lines), 0o600)


def append_line(path: Path, text: str) -> None:
    """Add a line that outlives a crash to a file which only grows. What a crash left unfinished is cut off first."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as file:
        whole = file.read().rfind(b"\n") + 1
        file.truncate(whole)
        file.seek(whole)
        file.write(f"{text}\n".encode())
        file.flush()
        os.fsync(handle)
    sync(path.parent)


def whole_lines(path: Path) -> list[str]:
    """The lines of such a file; one that a crash left unfinished was never told to anybody."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    return text[: text.rfind("\n") + 1].splitlines()


def _replace(path: Path, text: str, mode: int) -> None:
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    _write(beside, text, mode)
    sync(beside)
    beside.replace(path)
    sync(path.parent)


def _write(path: Path, text: str, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def sync(path: Path) -> None:
    """What was written to a file, or the names in a folder, outlive a power cut from here."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
