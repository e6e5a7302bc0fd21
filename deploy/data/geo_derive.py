"""From the rows of the packages to communes, areas and outlines. Pure functions: nothing is fetched or written here."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from geo_shapes import outline

from maillage_search.geo import haversine_km
from maillage_search.place_data import fold_name, short_name

# GeoNames files the French overseas territories under their own country codes.
FRENCH_COUNTRY_CODES = frozenset("FR RE GP MQ GF YT PM BL MF WF PF NC".split())
# Single-commune territories, to which GeoNames gives no municipal code.
COLLECTIVITIES = {"BL": "97701", "MF": "97801"}
# GeoNames gives a few villages the place of a distant homonym: no postcode reaches this far from its middle.
ASTRAY_KM = 28.0
FRENCH_ARTICLES = frozenset("le la les l".split())
REGION_ALIASES = {"11": "IDF", "93": "PACA|Région PACA", "94": "Région Corse"}

# REFNIS → ISO 3166-2, with the short names that people type.
BELGIAN_PROVINCES = {
    "10000": ("BE-VAN", "Anvers", "Antwerpen"),
    "20001": ("BE-VBR", "Brabant flamand", "Vlaams-Brabant"),
    "20002": ("BE-WBR", "Brabant wallon", "Waals-Brabant"),
    "30000": ("BE-VWV", "Flandre-Occidentale", "West-Vlaanderen"),
    "40000": ("BE-VOV", "Flandre-Orientale", "Oost-Vlaanderen"),
    "50000": ("BE-WHT", "Hainaut", "Henegouwen"),
    "60000": ("BE-WLG", "Liège", "Luik"),
    "70000": ("BE-VLI", "Limbourg", "Limburg"),
    "80000": ("BE-WLX", "Luxembourg", "Luxemburg"),
    "90000": ("BE-WNA", "Namur", "Namen"),
}
BELGIAN_REGIONS = {
    "02000": ("BE-VLG", "Région flamande", "Flandre|Flandres|Vlaanderen|Vlaams Gewest"),
    "03000": ("BE-WAL", "Wallonie", "Région wallonne|Wallonië|Waals Gewest"),
    "04000": ("BE-BRU", "Région de Bruxelles-Capitale", "Bruxelles-Capitale|Brussels Hoofdstedelijk Gewest"),
}

Point = tuple[float, float]


@dataclass(slots=True)
class Commune:
    country: str
    code: str
    name: str
    alternatives: list[str] = field(default_factory=list)
    former: list[str] = field(default_factory=list)
    former_codes: list[str] = field(default_factory=list)
    postcodes: list[str] = field(default_factory=list)
    parent: str = ""
    area: str = ""
    region: str = ""
    epci: str = ""
    population: int = 0
    lat: float | None = None
    lon: float | None = None
    approximate: bool = False


@dataclass(slots=True)
class Area:
    kind: str
    code: str
    name: str
    country: str
    alternatives: str
    parent: str
    population: int
    lat: float
    lon: float


class Gazetteer:
    """Coordinates from GeoNames: by postcode and name, by municipal code, by postcode alone."""

    def __init__(self, postal: Iterable[list[str]], cities: Iterable[list[str]]) -> None:
        self._by_name: dict[tuple[str, str, str], Point] = {}
        self._by_postcode: dict[tuple[str, str], list[Point]] = defaultdict(list)
        self._by_code: dict[tuple[str, str], tuple[int, Point]] = {}
        self.belgian_localities: list[tuple[str, str]] = []
        self._populations: dict[tuple[str, str], int] = {}
        self._inhabitants: Counter[str] = Counter()
        for row in postal:
            self._add_postal(row)
        for row in cities:
            self._add_city(row)

    def _add_postal(self, row: list[str]) -> None:
        country = _country(row[0])
        if not country:
            return
        point = (float(row[9]), float(row[10]))
        self._by_name.setdefault((country, row[1], fold_name(row[2])), point)
        self._by_postcode[country, row[1]].append(point)
        if country == "BE":
            self.belgian_localities.append((row[1], row[2]))

    def _add_city(self, row: list[str]) -> None:
        country, code = _country(row[8]), row[13] or COLLECTIVITIES.get(row[8], "")
        if not country or not code:
            return
        population = int(row[14])
        if (country, code) not in self._by_code or population > self._by_code[country, code][0]:
            self._by_code[country, code] = (population, (float(row[4]), float(row[5])))
        if country == "BE":
            self._inhabitants[code] += population
            for name in {fold_name(name) for name in (row[1], *row[3].split(","))}:
                for key in ((code, name), ("", name)):
                    self._populations[key] = max(self._populations.get(key, 0), population)

    def population(self, code: str, names: Iterable[str]) -> int:
        """Of the place that bears the name, else of all its places; by name alone if the code changed."""
        keys = {fold_name(part) for name in names for part in (name, *re.split("[-–]", name))}
        own = max(self._populations.get((code, key), 0) for key in keys)
        return own or self._inhabitants[code] or max(self._populations.get(("", key), 0) for key in keys)

    def locate(self, commune: Commune) -> None:
        around = [p for code in commune.postcodes for p in self._by_postcode.get((commune.country, code), [])]
        middle = _median(around)
        point = self._own_point(commune)
        if point and middle and len(around) >= 3 and haversine_km(*point, *middle) > ASTRAY_KM:
            point = None
        commune.lat, commune.lon = point or middle or (None, None)
        # An arrondissement is what its postcode covers: the middle is its own.
        commune.approximate = point is None and middle is not None and not commune.parent

    def _own_point(self, commune: Commune) -> Point | None:
        names = [fold_name(name) for name in (commune.name, *commune.alternatives)]
        keys = [(commune.country, code, name) for name in names for code in commune.postcodes]
        found = next((self._by_name[key] for key in keys if key in self._by_name), None)
        return found or self._by_code.get((commune.country, commune.code), (0, None))[1]


def _country(code: str) -> str:
    return "FR" if code in FRENCH_COUNTRY_CODES else "BE" if code == "BE" else ""


def _median(points: list[Point]) -> Point | None:
    return (median(lat for lat, _ in points), median(lon for _, lon in points)) if points else None


def _mean(points: Iterable[Point]) -> Point | None:
    points = list(points)
    if not points:
        return None
    return sum(lat for lat, _ in points) / len(points), sum(lon for _, lon in points) / len(points)


def french_communes(rows: list[dict[str, Any]], epci: list[dict[str, Any]]) -> list[Commune]:
    epci_of = {member["code"]: group["code"] for group in epci for member in group["membres"]}
    communes: dict[str, Commune] = {}
    for row in rows:
        if row["type"] in ("commune-actuelle", "arrondissement-municipal"):
            parent = row.get("commune", "")
            communes[row["code"]] = Commune(
                country="FR",
                code=row["code"],
                name=row["nom"],
                alternatives=_arrondissement_names(row["nom"]) if parent else [],
                former_codes=[code for code in row.get("anciensCodes", []) if code != row["code"]],
                postcodes=row.get("codesPostaux", []),
                parent=parent,
                area=row["departement"],
                region=row["region"],
                epci=epci_of.get(parent or row["code"], ""),
                population=row.get("population", 0),
            )
    for row in rows:
        if row["type"] in ("commune-deleguee", "commune-associee"):
            _merge(communes[row["chefLieu"]], row["code"], row["nom"])
    return list(communes.values())


def _merge(present: Commune, code: str, name: str) -> None:
    """The part that gave its code to the whole (Vire in Vire Normandie) still names it; the others are former names."""
    names = present.alternatives if code == present.code else present.former
    if fold_name(name) != fold_name(present.name) and name not in names:
        names.append(name)
    if code != present.code and code not in present.former_codes:
        present.former_codes.append(code)


def _arrondissement_names(name: str) -> list[str]:
    """« Lyon 3e Arrondissement » is typed « Lyon 3e » or « Lyon 3 »."""
    city, rank, _ = name.split()
    number = re.sub(r"\D", "", rank)
    return [f"{city} {rank}", f"{city} {number}", f"{city} {number}ème"]


def belgian_communes(municipalities: list[dict[str, Any]], postal: list[dict[str, Any]]) -> list[Commune]:
    postcodes: dict[str, list[str]] = defaultdict(list)
    for link in postal:
        postcodes[link["municipality"]].append(link["postalCode"])
    return [
        Commune(
            country="BE",
            code=row["id"],
            name=row["name"]["fr"],
            alternatives=[row["name"]["nl"]] if row["name"]["nl"] != row["name"]["fr"] else [],
            postcodes=sorted(postcodes[row["id"]]),
            area=BELGIAN_PROVINCES[row["province"]][0] if row["province"] in BELGIAN_PROVINCES else "",
            region=BELGIAN_REGIONS[row["region"]][0],
        )
        for row in municipalities
    ]


def add_localities(communes: list[Commune], gazetteer: Gazetteer) -> None:
    """Former Belgian communes (Jambes, Marcinelle) live on in addresses: they become names of the present commune."""
    owners: dict[str, list[Commune]] = defaultdict(list)
    for commune in communes:
        commune.population = gazetteer.population(commune.code, [commune.name, *commune.alternatives])
        for code in commune.postcodes:
            owners[code].append(commune)
    present = {fold_name(name) for commune in communes for name in (commune.name, *commune.alternatives)}
    for code, locality in gazetteer.belgian_localities:
        if len(owners[code]) == 1 and fold_name(locality) not in present and not any(map(str.isdigit, locality)):
            owner = owners[code][0]
            if locality not in owner.former:
                owner.former.append(locality)


def locate_all(communes: list[Commune], gazetteer: Gazetteer) -> None:
    """Where no package knows a commune, the middle of its département stands in, flagged."""
    for commune in communes:
        gazetteer.locate(commune)
    by_area: dict[str, list[Point]] = defaultdict(list)
    for commune in communes:
        if commune.lat is not None and commune.lon is not None:
            by_area[commune.area].append((commune.lat, commune.lon))
    for commune in communes:
        if commune.lat is None and by_area[commune.area]:
            commune.lat, commune.lon = _mean(by_area[commune.area]) or (None, None)
            commune.approximate = True


def ordinary_names(communes: Iterable[Commune], areas: Iterable[Area], lexicon: set[str]) -> list[str]:
    """Names that are also words: "La Force", "Vue", "On"; "La Force-sur-Mer" can only be a place."""
    names = {fold_name(n) for c in communes for n in (c.name, *c.alternatives, *c.former)}
    names |= {short_name(name) for name in names} - {""}
    names |= {fold_name(name) for area in areas for name in (area.name, *area.alternatives.split("|"))}
    return sorted(name for name in names if _is_ordinary(name, lexicon))


def _is_ordinary(name: str, lexicon: set[str]) -> bool:
    bare = [word for word in name.split() if word not in FRENCH_ARTICLES]
    return not bare or (len(bare) == 1 and (bare[0] in lexicon or len(bare[0]) <= 2))


def areas_of(communes: list[Commune], divisions: Mapping[str, list[dict[str, Any]]]) -> Iterator[Area]:
    yield _area("country", "FR", "France", "FR", "", [c for c in communes if c.country == "FR"])
    yield _area("country", "BE", "Belgique", "BE", "België|Belgium", [c for c in communes if c.country == "BE"])
    for row in divisions["regions"]:
        inside = [c for c in communes if c.country == "FR" and c.region == row["code"]]
        yield _area("region", row["code"], row["nom"], "country:FR", REGION_ALIASES.get(row["code"], ""), inside)
    for code, name, others in BELGIAN_REGIONS.values():
        yield _area("region", code, name, "country:BE", others, [c for c in communes if c.region == code])
    for row in divisions["departements"]:
        inside = [c for c in communes if c.country == "FR" and c.area == row["code"]]
        yield _area("departement", row["code"], row["nom"], f"region:{row['region']}", "", inside)
    for code, name, dutch in BELGIAN_PROVINCES.values():
        inside = [c for c in communes if c.area == code]
        yield _area("province", code, name, f"region:{inside[0].region}", dutch, inside)
    members: dict[str, list[Commune]] = defaultdict(list)
    for commune in communes:
        if not commune.parent:
            members[commune.epci].append(commune)
    for row in divisions["epci"]:
        yield _area("epci", row["code"], row["nom"], _common_area(members[row["code"]]), "", members[row["code"]])


def _common_area(members: list[Commune]) -> str:
    """An EPCI may straddle départements or regions: its parent is the smallest area that holds all of it."""
    if len({c.area for c in members}) == 1:
        return f"departement:{members[0].area}"
    return f"region:{members[0].region}" if len({c.region for c in members}) == 1 else "country:FR"


def _area(kind: str, code: str, name: str, parent: str, alternatives: str, inside: list[Commune]) -> Area:
    """Where its people live: the mean of its communes, weighted by population."""
    country = inside[0].country if inside else "FR"
    located = [c for c in inside if c.lat is not None and c.lon is not None and not c.parent]
    weight = sum(c.population or 1 for c in located) or 1
    lat = sum((c.lat or 0) * (c.population or 1) for c in located) / weight
    lon = sum((c.lon or 0) * (c.population or 1) for c in located) / weight
    population = sum(c.population for c in inside if not c.parent)
    own_parent = "" if kind == "country" else parent
    return Area(kind, code, name, country, alternatives, own_parent, population, round(lat, 4), round(lon, 4))


def outlines_of(features: Iterable[dict[str, Any]], divisions: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    departements = {row["code"] for row in divisions["departements"]}
    overseas = {"GP": "971", "MQ": "972", "GF": "973", "RE": "974", "YT": "976"}
    found: dict[str, Any] = {}
    for feature in features:
        properties = feature["properties"]
        code = properties["iso_3166_2"] or ""
        if properties["iso_a2"] == "BE":
            found[f"region:{code}" if code == "BE-BRU" else f"province:{code}"] = outline(feature["geometry"])
        elif code[:3] == "FR-" and overseas.get(code[3:], code[3:]) in departements:
            found[f"departement:{overseas.get(code[3:], code[3:])}"] = outline(feature["geometry"])
    return dict(sorted(found.items()))
