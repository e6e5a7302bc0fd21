"""A new key takes over while people write: nothing is ever undecryptable, whenever it stops."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from maillage.kernel import clock, content_keys, rotation
from maillage.kernel.actor import SYSTEM
from maillage.kernel.content_keys import ContentKey, KeyCanary, RingFile
from maillage.kernel.crypto import KeyRing, KeyRingError, SealBroken, seal, unseal
from maillage.kernel.db import db, session, transaction
from maillage.kernel.ids import new_id

pytestmark = pytest.mark.security
WRITES, WRITERS = 200, 4


@pytest.fixture
def ring(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """A key ring of this test's own, in its file."""
    before, path = content_keys._ring, tmp_path / "keyring.json"
    KeyRing.generate().save(path)
    content_keys.use_ring(RingFile(path))
    yield path
    content_keys._ring = before


def write() -> tuple[UUID, bytes]:
    subject_id = new_id()
    with transaction() as tx:
        return subject_id, seal(content_keys.create_key(tx, "test", subject_id), str(subject_id), "here")


def opens(subject_id: UUID, sealed: bytes) -> bool:
    return bool(unseal(content_keys.open_key(session(), "test", subject_id), sealed, "here") == str(subject_id))


def test_a_rotation_wraps_everything_again_and_content_stays_as_it_was(ring: Path) -> None:
    written = [write() for _ in range(5)]
    done = rotation.rotate(SYSTEM)
    assert (done.active, done.rewrapped, done.resumed) == ("k2", 5, False)
    assert rotation.status(session()) == {"k1": 0, "k2": 5}
    assert all(opens(*one) for one in written)
    assert KeyRing.load(ring).active == "k2"
    assert ring.stat().st_mode & 0o777 == 0o400


def test_nothing_is_undecryptable_after_200_writes_during_a_rotation(app: Flask, ring: Path) -> None:
    """Writers and readers in threads of their own, on both databases; SQLite queues its writers."""
    for _ in range(50):
        write()
    written: list[tuple[UUID, bytes]] = []
    failures: list[Exception] = []

    def work() -> None:
        with app.app_context():
            try:
                for _ in range(WRITES // WRITERS):
                    one = write()
                    written.append(one)
                    assert opens(*one)
            except Exception as error:
                failures.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        rotation.rotate(SYSTEM)
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(written) == WRITES
    rotation.rotate(SYSTEM)
    session().expire_all()
    assert sum(opens(*one) for one in written) == WRITES
    assert set(session().scalars(select(ContentKey.key_id))) == {content_keys.ring().active}


def test_killed_half_way_everything_opens_and_the_next_run_finishes(
    ring: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = [write() for _ in range(30)]
    monkeypatch.setattr(rotation, "BATCH", 10)

    def killed(done: int, _total: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.rotate(SYSTEM, progress=killed)
    assert rotation.status(session()) == {"k1": 10, "k2": 20}
    content_keys.use_ring(RingFile(ring))  # another process, which reads the file
    assert all(opens(*one) for one in written)
    done = rotation.rotate(SYSTEM)
    assert (done.active, done.rewrapped, done.resumed) == ("k2", 10, True)
    assert all(opens(*one) for one in written)


def test_killed_before_the_first_batch_the_new_key_is_kept(ring: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ring is on disk before anything is wrapped under its new key: never the other way round."""
    one = write()

    def killed(_session: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as at_once, pytest.raises(KeyboardInterrupt):
        at_once.setattr(content_keys, "plant_canaries", killed)
        rotation.rotate(SYSTEM)
    assert KeyRing.load(ring).active == "k2"
    other = write()
    assert rotation.rotate(SYSTEM).resumed
    assert opens(*one)
    assert opens(*other)


def test_a_replaced_key_is_destroyed_once_no_backup_needs_it(ring: Path) -> None:
    one = write()
    rotation.rotate(SYSTEM)
    with clock.at(clock.now() + timedelta(days=30)):
        assert rotation.rotate(SYSTEM).destroyed == ()
    with clock.at(clock.now() + timedelta(days=36)):
        assert rotation.rotate(SYSTEM).destroyed == ("k1",)
    assert set(KeyRing.load(ring).keys) == {"k2", "k3", "k4"}
    assert "k1" not in set(session().scalars(select(KeyCanary.key_id)))
    assert opens(*one)


def test_a_ring_without_the_new_key_is_refused(ring: Path) -> None:
    """An old copy of the ring put back: the canary of the newer key says so before anything is served."""
    write()
    old = ring.read_bytes()
    rotation.rotate(SYSTEM)
    ring.unlink()
    ring.write_bytes(old)
    with pytest.raises(KeyRingError):
        content_keys.check_ring(session())
    with pytest.raises(KeyRingError):
        rotation.rotate(SYSTEM)


def test_a_wrapped_key_opens_for_its_own_subject_only(ring: Path) -> None:
    first, second = write(), write()
    with transaction() as tx:
        rows = {row.subject_id: row for row in tx.scalars(select(ContentKey))}
        taken, given = rows[first[0]], rows[second[0]]
        given.wrapped = taken.wrapped
    with pytest.raises(SealBroken):
        opens(*second)
    assert opens(*first)
