"""Numbers to show above the results when a query is urgent, by country. The file is reviewed; the rule is here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from maillage_search.port import UrgencyKind
from maillage_search.taxonomy import DATA_DIR

COUNTRIES = ("FR", "BE")


@dataclass(frozen=True, slots=True)
class EmergencyNumber:
    number: str
    name: str
    description: str
    hours: str

    @property
    def href(self) -> str:
        return f"tel:{self.number.replace(' ', '')}"


@lru_cache(maxsize=1)
def _file() -> Mapping[str, Any]:
    read: Mapping[str, Any] = json.loads((DATA_DIR / "emergency_numbers.json").read_text(encoding="utf-8"))
    return read


@lru_cache(maxsize=4)
def _numbers(country: str) -> Mapping[str, EmergencyNumber]:
    return {
        raw["code"]: EmergencyNumber(raw["number"], raw["name"], raw["description"], raw["hours"])
        for raw in _file()["numbers"][country]
    }


def numbers_for(kind: UrgencyKind | None, country: str | None) -> tuple[EmergencyNumber, ...]:
    """The numbers for this urgency, most apt first; those of France when the country is neither of ours."""
    if kind is None:
        return ()
    here = country if country in COUNTRIES else COUNTRIES[0]
    known = _numbers(here)
    return tuple(known[code] for code in _file()["kinds"][here][kind])


def all_numbers(country: str | None) -> tuple[EmergencyNumber, ...]:
    """Every number of a country: for the home page."""
    return tuple(_numbers(country if country in COUNTRIES else COUNTRIES[0]).values())
