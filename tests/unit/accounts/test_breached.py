"""The host's list of breached passwords: every line of it is found, and nothing else."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from maillage.accounts import password_rules
from maillage.accounts.breached import BreachedPasswords
from maillage.accounts.password_rules import weakness


def written(folder: Path, words: list[str], end: str = ":3\r\n") -> Path:
    digests = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in words)
    path = folder / "breached.txt"
    path.write_bytes("".join(f"{digest}{end}" for digest in digests).encode())
    return path


@pytest.mark.parametrize("end", [":3\r\n", "\n", ":12345\n"])
@pytest.mark.parametrize("size", [1, 2, 3, 500])
def test_every_word_of_the_list_is_found_and_no_other(tmp_path: Path, size: int, end: str) -> None:
    words = [f"mot de passe {number}" for number in range(size)]
    found = BreachedPasswords(written(tmp_path, words, end))
    assert all(word in found for word in words)
    assert not any(f"{word} bis" in found for word in words)


@pytest.fixture
def list_of_the_host(tmp_path: Path) -> Iterator[None]:
    password_rules.configure(breached=written(tmp_path, ["les cerises du jardin"]))
    yield
    password_rules.configure(breached=None)


def test_a_breached_password_is_refused_in_the_words_of_a_common_one(list_of_the_host: None) -> None:
    assert "parmi les premiers essayés" in str(weakness("les cerises du jardin"))
    assert weakness("les cerises du voisin") is None


@pytest.mark.parametrize("content", ["", "azerty\n", "0" * 40 + "x\n", "a" * 40 + "\n"])
def test_what_is_no_list_stops_the_start(tmp_path: Path, content: str) -> None:
    path = tmp_path / "list.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"list\.txt"):
        password_rules.configure(breached=path)
    with pytest.raises(ValueError, match="cannot be read"):
        password_rules.configure(breached=tmp_path / "absent.txt")
