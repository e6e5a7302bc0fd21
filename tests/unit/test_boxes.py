"""Boxes for one key pair: nobody else opens them, nowhere else, not altered by a bit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.kernel import boxes, crypto
from maillage.kernel.boxes import KeyPair
from maillage.kernel.crypto import SealBroken

pytestmark = pytest.mark.security

MINE, YOURS = KeyPair.generate(), KeyPair.generate()


@given(st.binary(max_size=200), st.text(max_size=40))
def test_it_opens_for_whom_it_was_sealed(secret: bytes, context: str) -> None:
    assert boxes.open_box(MINE, boxes.seal_to(MINE.public, secret, context), context) == secret


@given(st.data())
def test_a_flipped_bit_opens_nothing(data: st.DataObject) -> None:
    box = bytearray(boxes.seal_to(MINE.public, b"secret", "here"))
    box[data.draw(st.integers(0, len(box) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        opened = boxes.open_box(MINE, bytes(box), "here")
    except SealBroken:
        return
    pytest.fail(f"opened {opened!r}")


@pytest.mark.parametrize("box", [b"", b"\x01", b"\x02" + bytes(80), b"\x01" + bytes(80), b"\x01" + bytes(44)])
def test_what_is_no_box_opens_nothing(box: bytes) -> None:
    with pytest.raises(SealBroken):
        boxes.open_box(MINE, box, "here")


def test_neither_another_pair_nor_another_place_opens_it() -> None:
    box = boxes.seal_to(MINE.public, b"secret", "here")
    for pair, context in ((YOURS, "here"), (MINE, "there")):
        with pytest.raises(SealBroken):
            boxes.open_box(pair, box, context)
    assert boxes.seal_to(MINE.public, b"secret", "here") != box
    assert "private" not in repr(MINE)


def test_a_code_is_read_however_it_is_typed() -> None:
    code = boxes.new_code()
    pair = boxes.pair_of_code(code)
    assert pair is not None
    assert len(code) == 39
    for typed in (code.lower(), code.replace("-", " "), f"  {code}\n", code.replace("O", "0").replace("I", "1")):
        assert boxes.pair_of_code(typed) == pair
    assert boxes.pair_of_code(boxes.new_code()) != pair
    for wrong in ("", "ABCD", code[:-1], code + "A", "é" * 32):
        assert boxes.pair_of_code(wrong) is None


def test_a_password_gives_the_same_key_with_the_same_salt_only() -> None:
    cost = {"memory_kib": 64, "time": 1}
    key = boxes.key_of_password("un mot de passe", b"s" * 16, **cost)
    assert crypto.decrypt(key, crypto.encrypt(key, b"secret", b"here"), b"here") == b"secret"
    for other in (
        boxes.key_of_password("un mot de passe", b"t" * 16, **cost),
        boxes.key_of_password("Un mot de passe", b"s" * 16, **cost),
    ):
        with pytest.raises(SealBroken):
            crypto.decrypt(other, crypto.encrypt(key, b"secret", b"here"), b"here")
