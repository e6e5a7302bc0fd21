"""Putting a copy in the place of an instance: refused before anything is touched, obeyed by its ledger, then proved."""

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from flask import Flask
from sqlalchemy.exc import DBAPIError

from maillage.accounts import service as accounts
from maillage.directory.service import rebuild_index
from maillage.kernel import anchors, clock, lifecycle, schema
from maillage.kernel.actor import SYSTEM
from maillage.kernel.crypto import KeyRing
from maillage.kernel.db import session
from maillage.kernel.paths import DataPaths, replace_lines, sync, whole_lines
from maillage.kernel.progress import Progress
from maillage.kernel.scope import wide_open
from maillage.operations.archive import (
    ANCHORS,
    DATABASE,
    ERASURES,
    FILES,
    CopyRefused,
    Manifest,
    Reader,
    reading,
)
from maillage.operations.backup import back_up, database_of
from maillage.operations.databases import Database
from maillage.operations.findings import Finding, advice, fine, looked, wrong
from maillage.referrals.attachments.checking import check_files
from maillage.referrals.attachments.folder import document_folder
from maillage.settings import Settings
from maillage.setup import prepare
from maillage_search.port import EngineUnavailable

SAMPLE = 100
AGAIN = "Take another copy, and follow docs/breach.md if none is whole."


@dataclass(frozen=True, slots=True)
class Restored:
    """What a copy said of itself, and the rows that are there now that it was put back."""

    manifest: Manifest
    rows: dict[str, int]
    kept: Path | None
    """A copy of what was replaced; None where there was nothing, or nothing that a copy could be made of."""


def put_back(settings: Settings, path: Path, *, replace: bool, erasures: Path | None, progress: Progress) -> Restored:
    """Check everything, then put the copy's database and files in their places.

    Raises CopyRefused and KeyRingError, with everything as it was. `erasures` is a later ledger, kept elsewhere.
    """
    ring, database, paths = KeyRing.load(settings.effective_keyring), database_of(settings), settings.paths
    if erasures is not None and not erasures.is_file():
        raise CopyRefused(f"There is no ledger at {erasures}.")
    with reading(path) as copy:
        copy.check(ring, progress)
        _ensure_fits(copy.manifest, database, paths, replace=replace)
        paths.ensure()
        kept = _kept_aside(settings) if database.is_occupied() else None
        beside = _unpacked_files(copy, paths)
        _merge_ledger(copy, paths, erasures)  # first: whatever stops this, an older database finds it
        database.replace(copy.pieces(DATABASE))
        _exchange(beside, paths.files)
        _exchange_anchors(copy, paths)
    return Restored(copy.manifest, database.told().rows, kept)


def settle(app: Flask, restored: Restored, *, sample: int = SAMPLE) -> Iterator[Finding]:
    """Bring what was put back to this version, erase again what was erased since, and prove the rest."""
    paths: DataPaths = app.extensions["maillage_settings"].paths
    with app.app_context():
        schema.let_in()
    prepare(app)
    with app.app_context():
        with wide_open("an older copy was put back"):
            closed = accounts.close_all(SYSTEM, copied_at=restored.manifest.made_at)
        yield _rows(restored)
        yield fine("sessions", f"{closed} closed: everybody signs in again")
        yield looked("erasures", AGAIN, lambda: _erasures(paths))
        yield looked("audit", AGAIN, lambda: _audit(paths))
        yield looked("content", AGAIN, lambda: _content(sample))
        yield looked("files", AGAIN, lambda: _files(sample))
        yield looked("search", "Run `maillage search rebuild`.", _search)


def _ensure_fits(manifest: Manifest, database: Database, paths: DataPaths, *, replace: bool) -> None:
    if manifest.database != database.kind:
        raise CopyRefused(f"This copy is of {manifest.database} and this instance is on {database.kind}.")
    if not schema.knows(manifest.revision):
        raise CopyRefused("This copy was made by a newer version: install that one first.")
    database.ensure_ready()
    if database.is_occupied() and not replace:
        raise CopyRefused("This instance holds data: with --replace they are lost for those of the copy.")
    needed = sum(member.size for member in manifest.members.values())
    root = next(folder for folder in (paths.root, *paths.root.parents) if folder.is_dir())
    if shutil.disk_usage(root).free < needed:
        raise CopyRefused(f"This copy needs {needed / 1e9:.1f} GB: make room first.")


def _kept_aside(settings: Settings) -> Path | None:
    """A copy of what is about to be replaced: the wrong file may have been named. One that is damaged, or sealed with
    another ring, has none. Raises OSError where there is no room for it."""
    path = settings.paths.root / f"replaced-{clock.now():%Y%m%dT%H%M%SZ}.zip"
    try:
        return back_up(settings, path).path
    except (CopyRefused, DBAPIError, sqlite3.Error):
        return None


def _unpacked_files(copy: Reader, paths: DataPaths) -> Path:
    beside = paths.files.with_name("files.restoring")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(mode=0o700)
    for name in copy.names_under(FILES):
        target = beside.joinpath(*PurePosixPath(name).parts[1:])
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with target.open("xb") as file:
            target.chmod(0o600)
            file.writelines(copy.pieces(name))
        sync(target)
    return beside


def _exchange(beside: Path, folder: Path) -> None:
    gone = folder.with_name(f"{folder.name}.replaced")
    shutil.rmtree(gone, ignore_errors=True)
    folder.rename(gone)
    beside.rename(folder)
    sync(folder.parent)
    shutil.rmtree(gone)


def _merge_ledger(copy: Reader, paths: DataPaths, later: Path | None) -> None:
    """An older ledger would forget what was erased since: everything that any of them tells holds."""
    lines = [*_lines(copy, ERASURES), *whole_lines(paths.erasures), *(whole_lines(later) if later else [])]
    replace_lines(paths.erasures, dict.fromkeys(lines))


def _exchange_anchors(copy: Reader, paths: DataPaths) -> None:
    """Those of the copy's moment; later ones tell of what it does not hold, and are kept beside as a trace of it."""
    lines, here = _lines(copy, ANCHORS), whole_lines(paths.anchors)
    if here[: len(lines)] != lines or len(here) > len(lines):
        kept = paths.anchors.with_name(f"audit-anchors.{clock.now():%Y%m%dT%H%M%SZ}.jsonl")
        replace_lines(kept, here)
    replace_lines(paths.anchors, lines)


def _lines(copy: Reader, name: str) -> list[str]:
    return b"".join(copy.pieces(name)).decode().splitlines()


def _rows(restored: Restored) -> Finding:
    told = restored.manifest.rows
    if differing := sorted(name for name in told if restored.rows.get(name) != told[name]):
        return wrong("rows", f"not as many as were saved in {', '.join(differing[:3])}", AGAIN)
    return fine("rows", f"{sum(told.values())} in {len(told)} tables, as many as were saved")


def _erasures(paths: DataPaths) -> Finding:
    told = len(whole_lines(paths.erasures))
    if left := lifecycle.not_erased(paths.erasures):
        return wrong("erasures", f"{left} of {told} could still be opened", AGAIN)
    return fine("erasures", f"all {told} of the ledger are erased here too")


def _audit(paths: DataPaths) -> Finding:
    broken = anchors.verify(session(), paths.anchors)
    return wrong("audit", str(broken[0]), AGAIN) if broken else fine("audit", "every chain is whole")


def _content(sample: int) -> Finding:
    opened, broken = lifecycle.open_some(sample)
    if broken:
        return wrong("content", f"{len(broken)} of {opened} situations do not open, such as {broken[0]}", AGAIN)
    return fine("content", f"{opened} situations drawn by chance open")


def _files(sample: int) -> Finding:
    with wide_open("an older copy was put back"):
        found = check_files(session(), document_folder(), sample)
    if found.missing or found.broken:
        told = f"{len(found.missing)} of {found.told} are not there, {len(found.broken)} do not open"
        return wrong("files", told, AGAIN)
    return fine("files", f"all {found.told} there, {found.opened} drawn by chance open")


def _search() -> Finding:
    try:
        return fine("search", f"{rebuild_index(SYSTEM)} services indexed")
    except EngineUnavailable:
        return advice("search", "the engine does not answer", "It is filled when it is back.")
