"""A sealed file opens whole, for whom it is, or not at all."""

import io
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.kernel import files
from maillage.kernel.crypto import SealBroken, new_data_key

KEY = new_data_key()
SIZES = (0, 1, files.CHUNK - 8, files.CHUNK - 7, files.CHUNK, 3 * files.CHUNK + 5)
SEALED = files.CHUNK + 16
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def keep(folder: Path, data: bytes, context: str = "file|1") -> UUID:
    return files.write_sealed(folder, KEY, io.BytesIO(data), len(data), context)


def opened(folder: Path, name: UUID, context: str = "file|1", key: bytes = KEY) -> bytes:
    return b"".join(files.read_sealed(folder, key, name, context))


@pytest.mark.parametrize("size", SIZES)
def test_a_file_comes_back_as_it_was(tmp_path: Path, size: int) -> None:
    data = bytes(place % 251 for place in range(size))
    name = keep(tmp_path, data)
    assert opened(tmp_path, name) == data
    sealed = files.path_of(tmp_path, name).read_bytes()
    assert (len(sealed) - 10) % SEALED == 0, "its length tells little"
    assert size < 40 or data[:40] not in sealed
    assert files.path_of(tmp_path, name).stat().st_mode & 0o777 == 0o600


@pytest.mark.security
@quick
@given(st.integers(0, 3 * SEALED + 9), st.integers(1, 255))
def test_a_changed_byte_anywhere_is_refused(tmp_path: Path, place: int, change: int) -> None:
    name = keep(tmp_path, b"a" * (2 * files.CHUNK + 100))
    path = files.path_of(tmp_path, name)
    sealed = bytearray(path.read_bytes())
    sealed[place % len(sealed)] ^= change
    path.write_bytes(sealed)
    with pytest.raises(SealBroken):
        opened(tmp_path, name)


@pytest.mark.security
@pytest.mark.parametrize("order", [(1, 0, 2), (0, 0, 2), (0, 2), (0, 1), (0,), (), (0, 1, 2, 2)])
def test_chunks_moved_repeated_or_cut_off_are_refused(tmp_path: Path, order: tuple[int, ...]) -> None:
    name = keep(tmp_path, b"a" * (2 * files.CHUNK + 100))
    path = files.path_of(tmp_path, name)
    sealed = path.read_bytes()
    head, chunks = sealed[:10], [sealed[10 + n * SEALED :][:SEALED] for n in range(3)]
    path.write_bytes(head + b"".join(chunks[n] for n in order))
    with pytest.raises(SealBroken):
        opened(tmp_path, name)


@pytest.mark.security
def test_another_key_another_place_or_no_file_do_not_open(tmp_path: Path) -> None:
    name = keep(tmp_path, b"secret")
    for context, key in (("file|2", KEY), ("file|1", new_data_key())):
        with pytest.raises(SealBroken):
            opened(tmp_path, name, context, key)
    files.remove(tmp_path, name)
    files.remove(tmp_path, name)
    with pytest.raises(SealBroken):
        opened(tmp_path, name)


def test_a_source_that_stops_early_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shorter"):
        files.write_sealed(tmp_path, KEY, io.BytesIO(b"a"), 3 * files.CHUNK, "file|1")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_is_older_is_named_and_what_a_crash_left_is_swept(tmp_path: Path) -> None:
    name = keep(tmp_path, b"a")
    path = files.path_of(tmp_path, name)
    left = path.with_suffix(".part")
    left.write_bytes(b"half")
    assert list(files.names_older_than(tmp_path, path.stat().st_mtime - 1)) == []
    assert list(files.names_older_than(tmp_path, path.stat().st_mtime + 60)) == [name]
    assert not left.exists()
