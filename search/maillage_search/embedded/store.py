"""Folders and locks of the embedded index: one generation is read, another may be in the making.

`CURRENT` names the generation in use and is replaced by a rename, so that a reader sees the old index or the new one.
The writer is opened for each batch and closed after it, under a file lock: any process may write, one at a time.
"""

import fcntl
import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import tantivy

from maillage_search.embedded.schema import build_schema
from maillage_search.fields import signature

_WRITER_MEMORY = 32_000_000
_POINTER = "CURRENT"
_SEGMENT_FILES = frozenset((".term", ".store", ".fast"))


class Store:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.schema = build_schema()
        self.needs_rebuild = False
        self._guard = threading.RLock()
        self._opened: tuple[str, tantivy.Index] | None = None
        root.mkdir(parents=True, exist_ok=True)
        self._prepare()

    def _prepare(self) -> None:
        with self.writing():
            name = self._current_name()
            if name is None or not name.startswith(f"{signature()}_") or not (self.root / name).is_dir():
                self.needs_rebuild = True
                self.swap(self.new_generation())

    def _current_name(self) -> str | None:
        try:
            return (self.root / _POINTER).read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Alone among the threads and processes that share this folder."""
        with self._guard, (self.root / "LOCK").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def index(self) -> tantivy.Index:
        """The generation in use; another process may have swapped it since the last call."""
        name = self._current_name()
        opened = self._opened
        if opened and opened[0] == name:
            return opened[1]
        with self._guard:
            name = self._current_name()
            if self._opened is None or self._opened[0] != name:
                assert name is not None, "a store always has a generation"
                index = tantivy.Index.open(str(self.root / name))
                index.config_reader("commit")
                self._opened = (name, index)
            return self._opened[1]

    def new_generation(self) -> Path:
        folder = self.root / f"{signature()}_{uuid4().hex[:12]}"
        folder.mkdir()
        tantivy.Index(self.schema, path=str(folder))
        return folder

    def swap(self, folder: Path) -> None:
        """Make this generation the one in use and drop the others. Readers that hold one keep its open files."""
        temporary = self.root / f"{_POINTER}.new"
        temporary.write_text(folder.name, encoding="utf-8")
        os.replace(temporary, self.root / _POINTER)
        for other in self.root.iterdir():
            if other.is_dir() and other != folder:
                shutil.rmtree(other, ignore_errors=True)

    def holds_erased(self) -> bool:
        """A segment counts its deletes, and its files may outlive it while a searcher reads them."""
        folder = self.root / (self._current_name() or "")
        segments = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["segments"]
        living = {segment["segment_id"].replace("-", "") for segment in segments}
        left = {path.name.split(".")[0] for path in folder.glob("*.*") if path.suffix in _SEGMENT_FILES} - living
        return bool(left) or any(segment["deletes"] for segment in segments)

    @contextmanager
    def writer(self, index: tantivy.Index) -> Iterator[tantivy.IndexWriter]:
        """Commits at the end, or forgets everything when the block fails."""
        writer = index.writer(_WRITER_MEMORY, 1)
        try:
            yield writer
        except BaseException:
            writer.rollback()
            writer.wait_merging_threads()
            raise
        writer.commit()
        writer.wait_merging_threads()
        index.reload()

    def close(self) -> None:
        with self._guard:
            self._opened = None
