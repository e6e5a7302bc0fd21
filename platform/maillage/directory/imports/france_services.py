"""The France Services file: one labelled place a row, hours per day, buses among them."""

import re
from typing import Any

from maillage.directory.imports import scrub
from maillage.directory.imports.drafts import (
    Draft,
    OrganizationDraft,
    PlaceDraft,
    RowError,
    RowReader,
    ServiceDraft,
    find_commune,
)
from maillage.directory.vocabulary import themes
from maillage_search.places import load_places

SOURCE = "france-services"
COLUMNS = ("id_fs", "lib_fs", "adresse", "insee_com", "code_postal", "lib_com", "latitude", "longitude", "format_fs")
DATA_INCLUSION = (
    "numerique--acceder-a-des-services-en-ligne",
    "difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives",
    "difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-aux-droits",
)
SUMMARY = (
    "Aide de proximité pour les démarches administratives et numériques du quotidien : "
    "retraite, impôts, allocations, emploi, logement, santé, papiers."
)
_DAYS = {
    "h_lundi": "Mo", "h_mardi": "Tu", "h_mercredi": "We", "h_jeudi": "Th", "h_vendredi": "Fr", "h_samedi": "Sa",
    "h_dimanche": "Su",
}  # fmt: skip
_SPAN = re.compile(r"(\d{1,2})\s*[:hH]\s*(\d{2})\s*[-–]\s*(\d{1,2})\s*[:hH]\s*(\d{2})")
_NOTHING = "00:00 - 00:00"
_MOVING = frozenset({"Bus_équivalent", "Itinérante"})


def to_draft(line: int, row: dict[str, Any]) -> Draft:
    """One row as a draft. Raises RowError."""
    reader = RowReader(line, row, str(row.get("id_fs", "")))
    identifier = reader.required("id_fs", 120, "L’identifiant")
    name = reader.required("lib_fs", 200, "Le nom")
    place = _place(reader)
    phone = _phone(reader, moving=place.kind == "itinerant")
    email = scrub.institutional_email(reader.text("mail", 254))
    organization = OrganizationDraft(
        source=SOURCE, source_id=identifier, name=name, kind="public_body", category="france-services",
        phone=phone, email=email, own_record=True,
    )  # fmt: skip
    service = ServiceDraft(
        name=name,
        summary=SUMMARY,
        description=scrub.clean(reader.text("commentaire")),
        themes=themes().from_data_inclusion(DATA_INCLUSION),
        data_inclusion=DATA_INCLUSION,
        publics=("everyone",),
        types=("accueil", "information", "accompagnement"),
        fee="gratuit",
        modes=("en-presentiel",),
        how_to_reach="Prise de rendez-vous possible." if reader.text("prise_rdv") == "Oui" else "",
        phone=phone,
        email=email,
    )
    return Draft(
        source_name=SOURCE, source_id=identifier, organization=organization, service=service, place=place,
        areas=_areas(place), remarks=tuple(reader.remarks),
    )  # fmt: skip


def week_to_osm(days: dict[str, str]) -> str:
    """« 09:00 - 12:00 / 14:00 - 17:00 » per day, as OSM hours, days of the same hours together. Raises ValueError."""
    groups: list[tuple[str, str, str]] = []
    for day, written in days.items():
        spans = _spans(written)
        if groups and groups[-1][2] == spans:
            groups[-1] = (groups[-1][0], day, spans)
        else:
            groups.append((day, day, spans))
    return "; ".join(
        f"{first if first == last else f'{first}-{last}'} {spans}" for first, last, spans in groups if spans
    )


def _spans(written: str) -> str:
    found = []
    for part in (part.strip() for part in written.split("/")):
        if part in ("", _NOTHING):
            continue
        match = _SPAN.fullmatch(part)
        if match is None:
            raise ValueError(part)
        start, end = (f"{int(hour):02d}:{minute}" for hour, minute in (match.group(1, 2), match.group(3, 4)))
        if not start < end <= "24:00" or match[2] > "59" or match[4] > "59":
            raise ValueError(part)
        found.append(f"{start}-{end}")
    return ",".join(found)


def _place(reader: RowReader) -> PlaceDraft:
    lat, lon = reader.coordinates()
    postcode = reader.text("code_postal", 10)
    commune = find_commune(reader.text("insee_com", 10), postcode, reader.text("lib_com"))
    if lat is None and not commune:
        raise RowError("insee_com", "Ni commune connue ni coordonnées : le lieu est introuvable.")
    address = ", ".join(filter(None, (reader.text("adresse", 180), reader.text("complement_adresse", 60))))
    return PlaceDraft(
        kind="itinerant" if reader.text("format_fs") in _MOVING else "fixed",
        address=address,
        postcode=postcode,
        commune_code=commune,
        lat=lat,
        lon=lon,
        opening_hours=_hours(reader),
    )


def _hours(reader: RowReader) -> str:
    try:
        return week_to_osm({day: reader.text(column) for column, day in _DAYS.items()})
    except ValueError as error:
        reader.drop("h_lundi", f"Horaires illisibles : {error}")
        return ""


def _phone(reader: RowReader, *, moving: bool) -> str:
    """A bus has a mobile number of its own; elsewhere a mobile is somebody's."""
    phone = reader.text("telephone", 40)
    return "" if scrub.is_mobile(phone) and not moving else phone


def _areas(place: PlaceDraft) -> tuple[str, ...]:
    """A bus goes round its intercommunality; who may come to a fixed place is not said."""
    commune = load_places().get("commune", place.commune_code) if place.kind == "itinerant" else None
    return (f"epci:{commune.epci}",) if commune and commune.epci else ()
