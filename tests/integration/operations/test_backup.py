"""Saved, lost, put back: the same rows, the same words behind their seals, and who was erased since stays erased."""

import hmac
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import psycopg
import pytest
from flask_migrate import downgrade
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from factories.lived import Lived, leave, live, settings_for
from factories.process import own_process
from factories.referrals import NEED
from maillage.accounts.models import UserSession
from maillage.app import create_app
from maillage.kernel import clock, lifecycle, schema
from maillage.kernel.crypto import KeyRing, KeyRingError
from maillage.kernel.db import session
from maillage.operations.archive import CopyRefused
from maillage.operations.backup import back_up, database_of, last_made
from maillage.operations.findings import Finding, Standing
from maillage.operations.restore import put_back, settle
from maillage.referrals.models import Situation
from maillage.settings import Settings

pytestmark = pytest.mark.security

REFERRALS = 300


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    folder = tmp_path_factory.mktemp("lived")
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    with own_process():
        yield live(folder, REFERRALS, url)


@pytest.fixture(scope="module")
def copy(lived: Lived, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made before one more situation was erased."""
    folder = tmp_path_factory.mktemp("copies")
    made = back_up(lived.settings, folder)
    assert made.path.parent == folder and made.files == 1 and made.rows > 5 * REFERRALS
    assert [path.name for path in folder.iterdir()] == [made.path.name]
    lived.erase(lived.erased_after)
    return made.path


def restored(settings: Settings, copy: Path, *, sample: int = 10, **options: Any) -> dict[str, Finding]:
    asked = {"replace": False, "erasures": None, "progress": lambda done, total: None} | options
    found = put_back(settings, copy, **asked)
    with own_process():
        app = create_app(settings)
        told = {one.name: one for one in settle(app, found, sample=sample)}
        with app.app_context():
            leave()
    return told


def assert_well(settings: Settings, lived: Lived, told: dict[str, Finding], *, opened: int = 10) -> None:
    assert {name: str(one) for name, one in told.items() if one.standing is not Standing.FINE} == {}
    assert f"{opened} situations" in told["content"].told and "all 1 there, 1 drawn" in told["files"].told
    app = create_app(settings)
    with own_process(), app.app_context():
        situations = {
            it: session().get_one(Situation, it) for it in (lived.kept, lived.erased_before, lived.erased_after)
        }
        assert [bool(it.sealed) for it in situations.values()] == [True, False, False]
        assert lifecycle.export(session(), "situation", lived.kept)["situation"]["need"] == NEED
        assert session().scalar(select(func.count()).select_from(Situation)) == REFERRALS
        assert not session().scalar(select(func.count()).where(UserSession.revoked_at.is_(None)))
        leave()


def test_a_new_machine_takes_over(lived: Lived, copy: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """With the ring and the ledger that were kept apart from the copy."""
    url = lived.settings.database_owner_url
    settings = settings_for(tmp_path / "new", url)
    with pytest.raises(KeyRingError, match="missing"):
        restored(settings, copy)
    settings.paths.ensure()
    shutil.copy(lived.settings.effective_keyring, settings.effective_keyring)
    told = restored(settings, copy, erasures=lived.settings.paths.erasures, sample=100)
    assert_well(settings, lived, told, opened=100)


def test_who_was_erased_since_stays_erased_on_the_same_machine(lived: Lived, copy: Path) -> None:
    """Its ledger knows more than the copy does."""
    before = database_of(lived.settings).told()
    with pytest.raises(CopyRefused, match="--replace"):
        restored(lived.settings, copy)
    assert database_of(lived.settings).told() == before
    assert_well(lived.settings, lived, restored(lived.settings, copy, replace=True))


def spoiled(copy: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The copy with its members changed, each with the checksum of a ZIP as it should be."""
    with ZipFile(copy) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target


def rewrite(**changes: Any) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        members["manifest.json"] = json.dumps(json.loads(members["manifest.json"]) | changes).encode()

    return change


def flip(members: dict[str, bytes]) -> None:
    whole = bytearray(members["database"])
    whole[len(whole) // 2] ^= 1
    members["database"] = bytes(whole)


def lose(name: str) -> Callable[[dict[str, bytes]], None]:
    return lambda members: members.pop(name) and None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (flip, "database is not what it was"),
        (lose("database"), "damaged"),
        (lose("manifest.json"), "does not say what it holds"),
        (lose("manifest.sha256"), "damaged"),
        (rewrite(made_at="2020-01-01T00:00:00Z"), "altered"),
        (rewrite(format=2), "another version"),
        (rewrite(canaries={"k9": "00"}), "does not hold the key k9"),
    ],
)
def test_a_damaged_copy_touches_nothing(
    lived: Lived, copy: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None], told: str
) -> None:
    refused(lived, spoiled(copy, tmp_path / "spoiled.zip", change), told)


def refused(lived: Lived, path: Path, told: str, error: type[Exception] = CopyRefused) -> None:
    before, ledger = database_of(lived.settings).told(), lived.settings.paths.erasures.read_bytes()
    files = sorted(path.name for path in lived.settings.paths.root.rglob("*"))
    with pytest.raises(error, match=told):
        restored(lived.settings, path, replace=True)
    assert database_of(lived.settings).told() == before and lived.settings.paths.erasures.read_bytes() == ledger
    assert sorted(path.name for path in lived.settings.paths.root.rglob("*")) == files


def test_half_a_copy_is_refused(lived: Lived, copy: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.zip"
    half.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    refused(lived, half, "no copy, or a damaged one")


def test_another_ring_is_refused(lived: Lived, copy: Path, tmp_path: Path) -> None:
    KeyRing.generate().save(tmp_path / "ring.json")
    stranger = lived.settings.model_copy(update={"keyring_file": tmp_path / "ring.json"})
    with pytest.raises(CopyRefused, match="does not hold the key k1"):
        restored(stranger, copy, replace=True)
    with pytest.raises(CopyRefused, match="does not hold the key k1"):
        back_up(stranger, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ring.json"]


def test_an_instance_that_runs_is_not_replaced(lived: Lived, copy: Path) -> None:
    with connected_to(lived.settings):
        refused(lived, copy, "running")


@contextmanager
def connected_to(settings: Settings) -> Iterator[None]:
    """As one of its processes is, idle."""
    if not settings.database_url:
        with closing(sqlite3.connect(settings.paths.database)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("SELECT count(*) FROM organization").fetchone()
            yield
        return
    url = make_url(settings.database_url).set(drivername="postgresql").render_as_string()
    with psycopg.connect(url, autocommit=True):
        yield


def test_a_database_that_stumbles_half_way_is_as_it_was(lived: Lived) -> None:
    """What ends in the middle of the database itself: the pieces are checked, and yet the disk may fail."""

    database = database_of(lived.settings)
    with database.snapshot() as snapshot:
        whole = b"".join(snapshot.pieces)

    def pieces() -> Iterator[bytes]:
        yield whole[: len(whole) // 2]
        raise OSError("the disk is gone")

    before = database.told()
    with pytest.raises(OSError, match="disk"):
        database.replace(pieces())
    assert database.told() == before


def test_copies_leave_after_as_long_as_keys_do(lived: Lived, tmp_path: Path) -> None:
    for days in (34, 36):
        day = datetime.now(UTC) - timedelta(days=days)
        (tmp_path / f"maillage-{day:%Y%m%dT%H%M%SZ}.zip").touch()
        (tmp_path / f".maillage-{day:%Y%m%dT%H%M%SZ}.zip.part").touch()
    (tmp_path / "notes.zip").touch()
    made = back_up(lived.settings, tmp_path)
    assert len(made.outlived) == 3 and len(list(tmp_path.iterdir())) == 3
    found = last_made(lived.settings.paths)
    assert found is not None and clock.now() - found < timedelta(minutes=1)
    with pytest.raises(CopyRefused, match="there already"):
        back_up(lived.settings, made.path)


def test_a_copy_of_the_version_before_is_brought_up(lived: Lived, tmp_path: Path) -> None:
    """With its data. SQLite cannot take columns back from tables that others name: it has no such copy to make."""
    if not lived.settings.database_url:
        return
    with own_process():
        app = create_app(lived.settings)
        with app.app_context():
            downgrade(directory=str(schema.MIGRATIONS))
            assert schema.pending_migrations()
            leave()
    made = back_up(lived.settings, tmp_path)
    assert_well(lived.settings, lived, restored(lived.settings, made.path, replace=True))


def test_a_copy_of_a_version_to_come_is_refused(lived: Lived, copy: Path, tmp_path: Path) -> None:
    ring = KeyRing.load(lived.settings.effective_keyring)

    def sign(members: dict[str, bytes]) -> None:
        told = json.dumps(json.loads(members["manifest.json"]) | {"revision": "9999"}).encode()
        signature = hmac.new(ring.copies_key, told, "sha256").hexdigest()
        members |= {"manifest.json": told, "manifest.sha256": signature.encode()}

    refused(lived, spoiled(copy, tmp_path / "newer.zip", sign), "newer version")


def test_a_role_that_is_missing_is_named(lived: Lived, copy: Path) -> None:
    if not lived.settings.database_url:
        return
    url = make_url(lived.settings.database_url).set(username="nobody").render_as_string()
    with pytest.raises(CopyRefused, match="role nobody that serves is missing"):
        restored(lived.settings.model_copy(update={"database_url": url}), copy, replace=True)
