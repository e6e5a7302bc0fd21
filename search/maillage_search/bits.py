"""Themes and publics of a record as bits of numbers: the ranker weighs hundreds of records without fetching them.

The order of the codes is that of the taxonomy file: a new version of the file asks for a rebuild of the index.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from maillage_search.taxonomy import load_taxonomy

# Engines hold signed 64-bit numbers: the sign bit stays free.
BITS_PER_NUMBER = 62


@lru_cache(maxsize=1)
def code_bits() -> Mapping[str, int]:
    """Positions of all codes that a record may carry: themes, own or data·inclusion with their categories; publics."""
    themes, publics = load_taxonomy().themes, load_taxonomy().publics
    codes: dict[str, None] = {}
    for term in themes:
        for code in (term.code, *term.data_inclusion):
            codes[code] = None
            codes[code.split("--")[0]] = None
    codes |= {public_code(term.code): None for term in publics}
    return {code: position for position, code in enumerate(codes)}


def public_code(code: str) -> str:
    """Publics and themes share the bits, not the codes."""
    return f"public:{code}"


def number_count() -> int:
    return -(-len(code_bits()) // BITS_PER_NUMBER)


def pack(codes: Iterable[str]) -> list[int]:
    positions = code_bits()
    whole = 0
    for code in codes:
        if code in positions:
            whole |= 1 << positions[code]
    mask = (1 << BITS_PER_NUMBER) - 1
    return [(whole >> (BITS_PER_NUMBER * index)) & mask for index in range(number_count())]


def join(numbers: Iterable[int]) -> int:
    whole = 0
    for index, number in enumerate(numbers):
        whole |= number << (BITS_PER_NUMBER * index)
    return whole


def unpack(whole: int) -> tuple[str, ...]:
    return tuple(code for code, position in code_bits().items() if whole >> position & 1)


def mask_of(codes: Iterable[str]) -> int:
    return join(pack(codes))


def weighted(concepts: Mapping[str, float]) -> list[tuple[int, float]]:
    """Masks and weights, heaviest first: the first mask that matches is the theme fit."""
    positions = code_bits()
    pairs = [(1 << positions[code], weight) for code, weight in concepts.items() if code in positions]
    return sorted(pairs, key=lambda pair: -pair[1])


def best_weight(whole: int, masks: Iterable[tuple[int, float]]) -> float:
    return next((weight for mask, weight in masks if whole & mask), 0.0)
