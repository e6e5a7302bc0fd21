"""A record on its way in: what a file says of one service, checked and in our words, before the database sees it."""

import hashlib
import json
import math
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from maillage.directory.imports.report import Refusal
from maillage.directory.vocabulary import AddressVisibility
from maillage_search.place_data import fold_name
from maillage_search.places import load_places


class RowError(Exception):
    """This row cannot be taken: the field, and why, in the words of the report."""

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationDraft:
    source: str
    source_id: str
    name: str
    kind: str = "association"
    category: str = ""
    registration: str | None = None
    phone: str = ""
    email: str = ""
    website: str = ""
    own_record: bool = False
    """The record is about the organisation itself, and not only about a service of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceDraft:
    kind: str = "fixed"
    address: str = ""
    postcode: str = ""
    commune_code: str = ""
    lat: float | None = None
    lon: float | None = None
    opening_hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDraft:
    """Names of fields are those of `Service`."""

    name: str
    summary: str = ""
    description: str = ""
    themes: tuple[str, ...] = ()
    data_inclusion: tuple[str, ...] = ()
    publics: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    conditions: str = ""
    fee: str = ""
    fee_note: str = ""
    modes: tuple[str, ...] = ()
    how_to_reach: str = ""
    phone: str = ""
    email: str = ""
    url: str = ""
    address_visibility: str = AddressVisibility.PUBLIC
    verified_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    source_name: str
    source_id: str
    organization: OrganizationDraft
    service: ServiceDraft
    place: PlaceDraft | None = None
    areas: tuple[str, ...] = ()
    remarks: tuple[Refusal, ...] = field(default=(), compare=False)

    @property
    def digest(self) -> str:
        """Of what would be written: the same file under other rules of ours is another record."""
        told = _told(self) | {
            "organization": _told(self.organization),
            "service": _told(self.service),
            "place": _told(self.place) if self.place else None,
        }
        del told["remarks"]
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def _told(draft: "Draft | OrganizationDraft | ServiceDraft | PlaceDraft") -> dict[str, Any]:
    """Its fields as they are: `asdict` copies each value, which took longer than all the rest of an import."""
    return {name: getattr(draft, name) for name in draft.__slots__}


class RowReader:
    """One row, read field by field; what is dropped on the way is remembered for the report."""

    def __init__(self, line: int, row: dict[str, Any], record: str) -> None:
        self.line, self.row, self.record = line, row, record
        self.remarks: list[Refusal] = []

    def text(self, name: str, most: int = 5000) -> str:
        """One field, blanks squeezed, cut to what the column holds."""
        value = self.row.get(name)
        words = " ".join(str(value).split()) if isinstance(value, str | int | float) else ""
        return words if len(words) <= most else words[: most - 1] + "…"

    def required(self, name: str, most: int, label: str) -> str:
        """Raises RowError when the field is missing or too long to be what it claims."""
        value = self.text(name)
        if not value:
            raise RowError(name, f"{label} manque.")
        if len(value) > most:
            raise RowError(name, f"{label} dépasse {most} caractères.")
        return value

    def several(self, name: str, separator: str = ";") -> list[str]:
        value = self.row.get(name)
        found = value if isinstance(value, list) else str(value or "").split(separator)
        return [str(item).strip() for item in found if str(item).strip()]

    def drop(self, name: str, reason: str) -> None:
        self.remarks.append(Refusal(self.line, name, reason, record=self.record, kept=True))

    def coordinates(self) -> tuple[float, float] | tuple[None, None]:
        """A point on the globe, or nothing: 0, 0 and the like are nobody's address."""
        written = (self.text("latitude"), self.text("longitude"))
        if not any(written):
            return None, None
        try:
            lat, lon = (float(part.replace(",", ".")) for part in written)
        except ValueError:
            lat = lon = math.nan
        if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat, lon) == (0, 0):
            self.drop("latitude", "Coordonnées illisibles : le lieu est placé d’après sa commune.")
            return None, None
        return lat, lon

    def day(self, name: str) -> date | None:
        written = self.text(name)[:10]
        if not written:
            return None
        try:
            return date.fromisoformat(written)
        except ValueError:
            self.drop(name, "Date illisible.")
            return None


def find_commune(code: str, postcode: str, name: str) -> str:
    """The commune's code: as given when known, else by postcode and name; empty when neither is enough."""
    places = load_places()
    if code and (known := places.get("commune", code)):
        return known.code
    inside = places.by_postcode(postcode, "FR") if postcode else []
    named = [place for place in inside if fold_name(place.name) == fold_name(name)]
    if len(named or inside) == 1:
        return (named or inside)[0].code
    return ""
