"""Places of France and Belgium as values, and the gazetteer that knows them by name, code and postcode."""

import csv
import gzip
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from sys import intern
from typing import Literal

from maillage_search.geo import haversine_km
from maillage_search.text import fold, words

DATA = Path(__file__).parent / "data"

Kind = Literal["commune", "postcode", "epci", "departement", "province", "region", "country"]

FINEST_FIRST: tuple[Kind, ...] = ("commune", "postcode", "epci", "departement", "province", "region", "country")
# Of homonyms, one is plainly meant when it has this many times the people of the next one.
OVERWHELMING = 8
# … or when it lies this near to the user and the next one is more than twice as far.
NEARBY_KM = 60.0

_PLAIN = re.compile(r"[a-z0-9]+")
_EPCI_TYPE = re.compile(
    r"^(CC|CA|CU|Métropole|Communauté d'agglomération)\s+(du |des |de la |de l'|de |d'|les |la |le )?", re.I
)
_ELIDED = frozenset("ld")
_LINKS = frozenset({"sur", "sous", "en", "les", "lez", "le", "la", "de", "du", "des", "aux", "au"})
# A town is called by the first word of its name; a village by the whole, or it would take the name of another.
_CALLED_SHORT = 20_000
_SAINTS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}


@dataclass(frozen=True, slots=True)
class Place:
    kind: Kind
    code: str
    name: str
    country: str
    lat: float
    lon: float
    population: int = 0
    departement: str = ""
    epci: str = ""
    province: str = ""
    region: str = ""
    # The commune of a municipal arrondissement (Paris, Lyon, Marseille).
    parent: str = ""
    # The coordinates are those of the neighbourhood (postcode or département), for want of its own.
    approximate: bool = False


def name_tokens(tokens: Iterable[str]) -> list[str]:
    """The one spelling under which names are compared: elided articles dropped, "st" written in full."""
    return [_SAINTS.get(token, token) for token in tokens if token not in _ELIDED]


def split_word(word: str) -> list[str]:
    """A word of a query, folded or not, hyphenated or not, as tokens of names."""
    if not (word.isascii() and word.isalnum() and word == word.lower()):
        return name_tokens(_PLAIN.findall(fold(word)))
    return [] if word in _ELIDED else [_SAINTS.get(word, word)]


def fold_name(text: str) -> str:
    return " ".join(name_tokens(words(text)))


def short_name(key: str) -> str:
    """What people call "Aix-en-Provence" or "Boulogne-sur-Mer"; empty when nothing can be left out."""
    first, _, rest = key.partition(" ")
    return first if rest.partition(" ")[0] in _LINKS and first not in _LINKS and len(first) > 2 else ""


def settle(
    candidates: Sequence[Place], country: str | None = None, near: tuple[float, float] | None = None
) -> tuple[Place | None, list[Place]]:
    """Which of the homonyms is meant, or None; and the others worth offering, best first."""
    ranked = sorted(candidates, key=lambda place: -place.population)
    own = [place for place in ranked if place.country == country]
    if country and own:
        ranked = own
    if len(ranked) <= 1:
        return (ranked[0] if ranked else None), []
    if near:
        by_distance = sorted(ranked, key=lambda place: haversine_km(*near, place.lat, place.lon))
        first, second = (haversine_km(*near, place.lat, place.lon) for place in by_distance[:2])
        if first <= NEARBY_KM and second > 2 * first:
            return by_distance[0], by_distance[1:]
    if ranked[0].population >= OVERWHELMING * max(ranked[1].population, 1):
        return ranked[0], ranked[1:]
    return None, ranked


class Gazetteer:
    """Everything read from the files; immutable once loaded."""

    def __init__(
        self, communes: Iterable[dict[str, str]], areas: Iterable[dict[str, str]], ordinary: Iterable[str]
    ) -> None:
        # Names that are also words of the language: they name a place only where something else says so.
        self.ordinary = frozenset(ordinary)
        self.by_code: dict[tuple[str, str], Place] = {}
        self.postcodes: dict[str, tuple[Place, ...]] = {}
        # Present names; names of merged communes, which yield to a present homonym; "Aix" for Aix-en-Provence; and
        # names of larger areas.
        self.communes: dict[str, tuple[Place, ...]] = {}
        self.former: dict[str, tuple[Place, ...]] = {}
        self.short: dict[str, tuple[Place, ...]] = {}
        self.areas: dict[str, tuple[Place, ...]] = {}
        self.longest: dict[str, int] = {}
        for row in areas:
            self._add_area(row)
        for row in communes:
            self._add_commune(row)

    def named(self, key: str) -> tuple[Place, ...]:
        """Communes of this name or called so; merged ones only when no other bears it."""
        return self.present(key) or self.former.get(key, ())

    def present(self, key: str) -> tuple[Place, ...]:
        return self.communes.get(key, ()) + self.short.get(key, ())

    @cached_property
    def sorted_keys(self) -> list[str]:
        return sorted({*self.communes, *self.former, *self.areas})

    @cached_property
    def sorted_postcodes(self) -> list[str]:
        return sorted(self.postcodes)

    def postcode(self, code: str) -> Place | None:
        """A postcode as a place: in the middle of its communes, in the areas that hold all of them."""
        inside = self.postcodes.get(code, ())
        if not inside:
            return None

        def shared(attribute: str) -> str:
            values = {getattr(place, attribute) for place in inside}
            return values.pop() if len(values) == 1 else ""

        return Place(
            kind="postcode",
            code=code,
            name=code,
            country=inside[0].country,
            lat=sum(place.lat for place in inside) / len(inside),
            lon=sum(place.lon for place in inside) / len(inside),
            population=sum(place.population for place in inside),
            departement=shared("departement"),
            epci=shared("epci"),
            province=shared("province"),
            region=shared("region"),
        )

    def _add_area(self, row: dict[str, str]) -> None:
        kind: Kind = row["kind"]  # type: ignore[assignment]
        above = self._ancestors(row["parent"])
        place = Place(
            kind=kind,
            code=intern(row["code"]),
            name=row["name"],
            country=row["country"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            population=int(row["population"]),
            departement=row["code"] if kind == "departement" else above.get("departement", ""),
            epci=row["code"] if kind == "epci" else "",
            province=row["code"] if kind == "province" else "",
            region=row["code"] if kind == "region" else above.get("region", ""),
        )
        self.by_code[kind, place.code] = place
        for name in (place.name, *_several(row["alternatives"])):
            self._name(self.areas, name, place)
        if kind == "epci":
            self._name(self.areas, _EPCI_TYPE.sub("", place.name), place)

    def _ancestors(self, parent: str) -> dict[str, str]:
        kind, _, code = parent.partition(":")
        if kind == "departement":
            return {"departement": code, "region": self.by_code["departement", code].region}
        return {kind: code} if kind else {}

    def _add_commune(self, row: dict[str, str]) -> None:
        french = row["country"] == "FR"
        # 535 of the 565 Belgian codes are also those of French communes.
        own = "" if french else "BE-"
        place = Place(
            kind="commune",
            code=own + row["code"],
            name=row["name"],
            country=intern(row["country"]),
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            population=int(row["population"]),
            departement=intern(row["area"]) if french else "",
            epci=intern(row["epci"]),
            province="" if french else intern(row["area"]),
            region=intern(row["region"]),
            parent=intern(row["parent"]),
            approximate=row["approximate"] == "1",
        )
        self.by_code["commune", place.code] = place
        for code in _several(row["former_codes"]):
            self.by_code.setdefault(("commune", own + code), place)
        for code in _several(row["postcodes"]):
            self._post(code, place)
        for name in (place.name, *_several(row["alternatives"])):
            self._name(self.communes, name, place)
        if place.population >= _CALLED_SHORT and (short := short_name(fold_name(place.name))):
            self._name(self.short, short, place)
        for name in _several(row["former"]):
            self._name(self.former, name, place)

    def _post(self, code: str, place: Place) -> None:
        """A postcode of Paris, Lyon or Marseille means the arrondissement, which comes after its city in the file."""
        known = self.postcodes.get(code, ())
        self.postcodes[code] = (*(other for other in known if other.code != place.parent), place)

    def _name(self, table: dict[str, tuple[Place, ...]], name: str, place: Place) -> None:
        key = fold_name(name)
        if place not in (known := table.get(key, ())):
            table[key] = (*known, place)
        first, _, rest = key.partition(" ")
        self.longest[first] = max(self.longest.get(first, 0), 1 + (rest.count(" ") + 1 if rest else 0))


def _several(cell: str) -> list[str]:
    return cell.split("|") if cell else []


def read_gazetteer(folder: Path = DATA) -> Gazetteer:
    ordinary = _text(folder / "ordinary_names.txt.gz").split("\n")
    return Gazetteer(_rows(folder / "communes.csv.gz"), _rows(folder / "areas.csv.gz"), ordinary)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    rows = csv.reader(io.StringIO(_text(path)))
    header = next(rows)
    return (dict(zip(header, row, strict=True)) for row in rows)


def _text(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode()
