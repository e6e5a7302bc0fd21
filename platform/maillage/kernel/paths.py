"""Where this instance keeps what it owns on disk."""

import os
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
    def files(self) -> Path:
        return self.root / "files"

    def ensure(self) -> None:
        for folder in (self.root, self.search, self.files):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.root.chmod(0o700)


def write_secret(path: Path, text: str) -> None:
    """Create `path` readable by its owner only; refuses to overwrite."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
