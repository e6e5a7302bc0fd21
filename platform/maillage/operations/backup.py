"""Making a copy of an instance while it works: its database at one moment, its sealed files, the ledger of erasures."""

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from maillage import __version__
from maillage.kernel import clock
from maillage.kernel.crypto import KeyRing
from maillage.kernel.paths import DataPaths, append_line, whole_lines
from maillage.kernel.progress import Progress, untold
from maillage.kernel.rotation import BACKUPS_LIVE
from maillage.operations.archive import (
    ANCHORS,
    DATABASE,
    ERASURES,
    FILES,
    CopyRefused,
    Manifest,
    Writer,
    pieces_of,
    writing,
)
from maillage.operations.databases import Database, Sqlite, Told
from maillage.operations.postgresql import Postgresql
from maillage.settings import Settings

_NAME: Final = "maillage-{:%Y%m%dT%H%M%SZ}.zip"
_DATED: Final = re.compile(r"\.?maillage-(\d{8}T\d{6}Z)\.zip(\.part)?")
_HALF_LIVES: Final = timedelta(days=1)  # what a crash left of a copy in the making


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was made, and the copies that were removed because no key opens them for longer."""

    path: Path
    size: int
    rows: int
    files: int
    outlived: tuple[Path, ...]


def database_of(settings: Settings) -> Database:
    url = make_url(settings.database_owner_url or settings.effective_database_url)
    if url.get_backend_name() == "sqlite":
        return Sqlite(Path(url.database or ""))
    return Postgresql(url, make_url(settings.database_url).username or "")


def back_up(settings: Settings, where: Path, *, progress: Progress = untold) -> Copy:
    """A copy at `where`; in a folder, under the name of the moment, and older ones leave it. Raises CopyRefused."""
    made_at = clock.now()
    path = where / _NAME.format(made_at) if where.is_dir() else where
    if path.exists():
        raise CopyRefused(f"{path} is there already: name another file, or a folder.")
    ring, paths = KeyRing.load(settings.effective_keyring), settings.paths
    with writing(path) as copy:
        # Whatever the database's moment knows is then here too: anchors made before it, files until after it. A file
        # is written before its row and never changed; the ledger may know more than the moment, and is obeyed.
        copy.add(ANCHORS, _bytes_of(paths.anchors), packed=True)
        known = _add_files(copy, paths, set())
        database = database_of(settings)
        with database.snapshot() as snapshot:
            _refuse_another_ring(ring, snapshot.told)
            pieces = _counted(snapshot.pieces, snapshot.size, progress)
            copy.add(DATABASE, pieces, packed=database.kind == "sqlite")
        _add_files(copy, paths, known)
        copy.add(ERASURES, _bytes_of(paths.erasures), packed=True)
        copy.finish(_manifest(database, snapshot.told, made_at), ring)
    _note(paths, path, made_at)
    outlived = tuple(_remove_outlived(where, made_at)) if where.is_dir() else ()
    files = sum(name.startswith(FILES) for name in copy.members)
    return Copy(path, path.stat().st_size, sum(snapshot.told.rows.values()), files, outlived)


def last_made(paths: DataPaths) -> datetime | None:
    """When the last copy of this instance was made."""
    lines = whole_lines(paths.copies)
    return datetime.fromisoformat(json.loads(lines[-1])["at"]) if lines else None


def _manifest(database: Database, told: Told, made_at: datetime) -> Manifest:
    return Manifest(
        made_at=made_at,
        version=__version__,
        database=database.kind,
        revision=told.revision,
        rows=told.rows,
        canaries={key_id: canary.hex() for key_id, canary in told.canaries.items()},
    )


def _refuse_another_ring(ring: KeyRing, told: Told) -> None:
    """A copy that its own ring does not open would be found out on the worst of days."""
    for key_id, canary in told.canaries.items():
        if not ring.check(key_id, canary):
            raise CopyRefused(
                f"The key ring does not hold the key {key_id} of this database: put that ring back first."
            )


def _counted(pieces: Iterable[bytes], size: int, progress: Progress) -> Iterator[bytes]:
    """How far the database is, which takes longest; its size was a guess until it ends."""
    done = 0
    for piece in pieces:
        yield piece
        done += len(piece)
        progress(done, max(size, done + 1))
    progress(done, done)


def _add_files(copy: Writer, paths: DataPaths, known: set[str]) -> set[str]:
    """Add the files that are not `known`; one that is removed while this reads is in no later moment."""
    for path in sorted(_files(paths.files)):
        name = f"{FILES}/{path.relative_to(paths.files).as_posix()}"
        if name not in known:
            try:
                source = path.open("rb")
            except FileNotFoundError:
                continue
            with source:
                copy.add(name, pieces_of(source))
            known.add(name)
    return known


def _files(folder: Path) -> Iterator[Path]:
    for root, _, names in os.walk(folder):
        yield from (Path(root) / name for name in names if not name.endswith(".part"))


def _bytes_of(path: Path) -> Iterator[bytes]:
    if path.exists():
        yield path.read_bytes()


def _note(paths: DataPaths, path: Path, made_at: datetime) -> None:
    append_line(paths.copies, json.dumps({"at": made_at.isoformat(), "file": str(path.resolve())}))


def _remove_outlived(folder: Path, now: datetime) -> Iterator[Path]:
    """A replaced key leaves the ring after as long: an older copy could not be opened, and must not be kept."""
    for path in sorted(folder.iterdir()):
        told = _DATED.fullmatch(path.name)
        if told is None:
            continue
        age = now - datetime.strptime(told[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if age > (_HALF_LIVES if told[2] else BACKUPS_LIVE):
            path.unlink()
            yield path
