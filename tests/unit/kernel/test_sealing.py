"""What sealing promises, whatever is sealed: it opens where it was put, nowhere else, and its length says little."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from maillage.kernel.crypto import BUCKETS, KeyRing, SealBroken, new_data_key, seal, unseal

pytestmark = pytest.mark.security

RING, KEY = KeyRing.generate(), new_data_key()
PARTS = ("table", "row", "field", "sender", "receiver", "version")
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
places = st.fixed_dictionaries(dict.fromkeys(PARTS, st.uuids()))


def context(place: dict[str, Any]) -> str:
    return "|".join(str(place[part]) for part in PARTS)


@given(values, places)
def test_what_is_sealed_opens_as_it_was(value: Any, place: dict[str, Any]) -> None:
    assert unseal(KEY, seal(KEY, value, context(place)), context(place)) == value


@given(values, places, st.sampled_from(PARTS), st.uuids())
def test_changing_any_part_of_its_place_closes_it(value: Any, place: dict[str, Any], part: str, other: Any) -> None:
    assume(place[part] != other)
    with pytest.raises(SealBroken):
        unseal(KEY, seal(KEY, value, context(place)), context(place | {part: other}))


@given(values, places)
def test_swapping_the_parties_closes_it(value: Any, place: dict[str, Any]) -> None:
    assume(place["sender"] != place["receiver"])
    swapped = place | {"sender": place["receiver"], "receiver": place["sender"]}
    with pytest.raises(SealBroken):
        unseal(KEY, seal(KEY, value, context(place)), context(swapped))


@given(values, st.data())
def test_any_flipped_bit_closes_it(value: Any, data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, value, "here"))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        unseal(KEY, bytes(sealed), "here")


@given(values, st.data())
def test_a_value_cut_short_or_made_longer_is_refused(value: Any, data: st.DataObject) -> None:
    sealed = seal(KEY, value, "here")
    for other in (sealed[: data.draw(st.integers(0, len(sealed) - 1))], sealed + b"\0"):
        with pytest.raises(SealBroken):
            unseal(KEY, other, "here")


@given(st.binary(max_size=400))
def test_bytes_that_nobody_sealed_are_refused(noise: bytes) -> None:
    with pytest.raises(SealBroken):
        unseal(KEY, noise, "here")


@given(st.text(max_size=4000))
def test_a_length_is_one_of_a_few(text: str) -> None:
    assert len(seal(KEY, text, "here")) - 29 in BUCKETS  # version, nonce and tag


@given(st.uuids(), st.uuids())
def test_a_wrapped_key_is_bound_to_its_subject_and_to_its_ring(first: Any, second: Any) -> None:
    assume(first != second)
    key_id, wrapped = RING.wrap(KEY, f"{first}")
    assert RING.unwrap(key_id, wrapped, f"{first}") == KEY
    for ring, place in ((RING, f"{second}"), (KeyRing.generate(), f"{first}")):
        with pytest.raises(SealBroken):
            ring.unwrap(key_id, wrapped, place)
