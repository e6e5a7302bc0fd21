"""What the ranker must know of a record beyond its words, packed in one number."""

import datetime as dt
from dataclasses import dataclass
from typing import get_args

from maillage_search.port import FIRST_LINE_CATEGORIES, Capacity, ServiceDocument

_EPOCH = dt.date(2000, 1, 1).toordinal()
_CAPACITIES: tuple[Capacity, ...] = get_args(Capacity)
_COUNTRIES = ("", "FR", "BE")
_DAY_BITS, _ANSWER_BITS, _SAMPLE_BITS, _CAPACITY_BITS, _COUNTRY_BITS = 15, 9, 8, 3, 2


@dataclass(frozen=True, slots=True)
class Facts:
    capacity: Capacity
    capacity_on: dt.date | None
    verified_on: dt.date | None
    answer_median_days: float | None
    answer_sample: int
    approximate: bool
    itinerant: bool
    has_areas: bool
    first_line: bool
    tenants_only: bool
    country: str
    """Empty when the record does not say, or says another than ours."""


def _day(date: dt.date | None) -> int:
    return min(max(1, date.toordinal() - _EPOCH), (1 << _DAY_BITS) - 1) if date else 0


def _date(day: int) -> dt.date | None:
    return dt.date.fromordinal(day + _EPOCH) if day else None


def pack(document: ServiceDocument) -> int:
    half_days = 0
    if document.answer_median_days is not None:
        half_days = min(1 + round(2 * max(0.0, document.answer_median_days)), (1 << _ANSWER_BITS) - 1)
    flags = (
        document.approximate,
        document.itinerant,
        bool(document.areas),
        document.category in FIRST_LINE_CATEGORIES,
        document.open_to == "tenants",
    )
    packed = 0
    for flag in flags:
        packed = packed << 1 | flag
    country = document.country if document.country in _COUNTRIES else ""
    packed = packed << _COUNTRY_BITS | _COUNTRIES.index(country)
    packed = packed << _CAPACITY_BITS | _CAPACITIES.index(document.capacity)
    packed = packed << _DAY_BITS | _day(document.capacity_on)
    packed = packed << _DAY_BITS | _day(document.verified_on)
    packed = packed << _ANSWER_BITS | half_days
    return packed << _SAMPLE_BITS | min(max(0, document.answer_sample), (1 << _SAMPLE_BITS) - 1)


def unpack(packed: int) -> Facts:
    def take(bits: int) -> int:
        nonlocal packed
        value = packed & ((1 << bits) - 1)
        packed >>= bits
        return value

    sample = take(_SAMPLE_BITS)
    half_days = take(_ANSWER_BITS)
    verified, capacity_day = _date(take(_DAY_BITS)), _date(take(_DAY_BITS))
    capacity = _CAPACITIES[take(_CAPACITY_BITS)]
    country = _COUNTRIES[take(_COUNTRY_BITS)]
    tenants_only, first_line, has_areas, itinerant, approximate = (bool(take(1)) for _ in range(5))
    return Facts(
        capacity=capacity,
        capacity_on=capacity_day,
        verified_on=verified,
        answer_median_days=(half_days - 1) / 2 if half_days else None,
        answer_sample=sample,
        approximate=approximate,
        itinerant=itinerant,
        has_areas=has_areas,
        first_line=first_line,
        tenants_only=tenants_only,
        country=country,
    )
