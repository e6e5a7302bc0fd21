"""Files of data·inclusion as published in 2023 (services, structures) and of the conseillers numériques of 2022."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from maillage.directory.imports import scrub
from maillage.directory.imports.drafts import (
    Draft,
    OrganizationDraft,
    PlaceDraft,
    RowReader,
    ServiceDraft,
    find_commune,
)
from maillage.directory.vocabulary import TYPES, UNNAMED_ORGANIZATION, AddressVisibility, themes
from maillage_search.text import fold

SERVICE_FIELDS = ("id", "structure_id", "source", "nom", "thematiques_v1")
STRUCTURE_COLUMNS = ("id", "source", "nom", "adresse", "code_postal", "commune", "latitude", "longitude", "services")

# Words of a listed digital service, and the theme that they mean.
_DIGITAL = {
    "prendre en main": "numerique--maitriser-les-fondamentaux-du-numerique",
    "utiliser le num": "numerique--maitriser-les-fondamentaux-du-numerique",
    "approfondir": "numerique--maitriser-les-fondamentaux-du-numerique",
    "demarches": "numerique--acceder-a-des-services-en-ligne",
    "connexion": "numerique--acceder-a-une-connexion-internet",
    "materiel": "numerique--acquerir-un-equipement",
}
_PUBLICS = {
    "jeunes": "young-people",
    "seniors": "seniors",
    "familles": "families",
    "surdite": "disabled-people",
    "deficience visuelle": "disabled-people",
    "handicaps": "disabled-people",
}
_FEES = {
    "gratuit sous condition": "gratuit-sous-conditions",
    "gratuit": "gratuit",
    "adhesion": "adhesion",
    "payant": "payant",
}
_SUPPORT = {"aide": "accompagnement", "atelier": "atelier", "seul": "accueil", "a ma place": "delegation"}
_OLD_TYPES = {"financement": "aide-financiere"}
# What the typology or the name of an organisation says of it: kind, category.
_KINDS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"^c(i|c)as$|\bccas\b|\bcias\b|centre (inter)?communal d.?action sociale"), "public_body", "ccas"),
    (re.compile(r"france services"), "public_body", "france-services"),
    (re.compile(r"^(cd|dept)$|conseil departemental|^departement d"), "local_authority", "departement"),
    (re.compile(r"^(muni|mq)$|\bmairie\b|^commune d"), "local_authority", "commune"),
    (re.compile(r"^(cc|epci)$|communaute (de communes|d.?agglo)|metropole"), "local_authority", ""),
    (re.compile(r"^(caf|pe|ml|pref|deets|cap_emploi|spip|plie)$|pole emploi|mission locale"), "public_body", ""),
)
# Open files publish the door of shelters too; a product that people in danger use does not repeat it.
_SHELTER = re.compile(r"^(chrs|chu|cada|cph)$|violence|\bfemmes\b|hebergement d.?urgence|\bchrs\b|\brefuge\b")


def service_to_draft(line: int, row: dict[str, Any]) -> Draft:
    """One service of data·inclusion. Raises RowError."""
    reader = RowReader(line, row, str(row.get("id", "")))
    identifier = reader.required("id", 120, "L’identifiant")
    source = reader.required("source", 60, "La source")
    name = scrub.clean(reader.required("nom", 200, "Le nom"))
    text = scrub.clean(reader.text("presentation_resume"))
    foreign = _foreign_themes([*reader.several("thematiques_v1"), *reader.several("thematiques_v1_dora")])
    booking = reader.text("prise_rdv", 500)
    is_link = booking.startswith(("http://", "https://"))
    structure = row.get("structure")
    inside = RowReader(line, structure if isinstance(structure, dict) else {}, reader.record)
    service = ServiceDraft(
        name=name,
        summary=text if len(text) <= 500 else text[:499] + "…",
        description=text if len(text) > 500 else "",
        themes=_own_themes(foreign),
        data_inclusion=foreign,
        types=tuple(dict.fromkeys(t for t in (_OLD_TYPES.get(t, t) for t in reader.several("types")) if t in TYPES)),
        fee_note=scrub.clean(reader.text("frais_autres")),
        how_to_reach="" if is_link else scrub.clean(booking),
        phone=_phone(inside),
        url=booking if is_link else "",
        address_visibility=_visibility("", f"{name} {text}"),
    )
    return Draft(
        source_name=source,
        source_id=identifier,
        organization=_organization(
            inside, source=source, source_id=reader.required("structure_id", 120, "La structure")
        ),
        service=service,
        place=_place(inside) if inside.row else None,
        remarks=(*reader.remarks, *inside.remarks),
    )


def structure_to_draft(line: int, row: dict[str, Any]) -> Draft:
    """One structure, known by the digital services that it lists. Raises RowError."""
    reader = RowReader(line, row, str(row.get("id", "")))
    identifier = reader.required("id", 120, "L’identifiant")
    source = reader.required("source", 40, "La source")
    return _listing(reader, f"structures-{source}", identifier, owner=source)


def counsellor_to_draft(line: int, row: dict[str, Any]) -> Draft:
    """One place where a conseiller numérique receives. Raises RowError."""
    reader = RowReader(line, row, str(row.get("id", "")))
    identifier = reader.required("id", 120, "L’identifiant")
    return _listing(reader, "conseillers-numeriques", identifier, owner="conseillers-numeriques")


def _listing(reader: RowReader, source: str, identifier: str, *, owner: str) -> Draft:
    """A record that is one place and its digital services at once; `owner` is the source of the organisation's id,
    which a file of services refers to."""
    name = scrub.clean(reader.required("nom", 200, "Le nom"))
    offered = reader.several("services")
    foreign = tuple(dict.fromkeys(_words_to_codes(offered, _DIGITAL)))
    summary = scrub.clean(reader.text("presentation_resume", 500)) or _sentence(offered)
    access = reader.several("conditions_acces") or reader.several("conditions_access")
    booking = reader.text("prise_rdv", 500)
    website = _link(reader.text("site_web", 500))
    service = ServiceDraft(
        name=name,
        summary=summary,
        description=scrub.clean(reader.text("presentation_detail")),
        themes=_own_themes(foreign),
        data_inclusion=foreign,
        publics=tuple(dict.fromkeys(_words_to_codes(reader.several("publics_accueillis"), _PUBLICS))),
        types=tuple(dict.fromkeys(_words_to_codes(reader.several("modalites_accompagnement"), _SUPPORT))),
        fee=next(iter(_words_to_codes(access, _FEES)), ""),
        fee_note=" ".join(access) if len(access) > 1 else "",
        modes=("en-presentiel",),
        phone=_phone(reader),
        email=scrub.institutional_email(reader.text("courriel", 254)),
        url=_link(booking) or website,
        address_visibility=_visibility(reader.text("typologie"), name),
        verified_on=reader.day("date_maj"),
    )
    return Draft(
        source_name=source,
        source_id=identifier,
        organization=_organization(reader, source=owner, source_id=identifier, own_record=True),
        service=service,
        place=_place(reader),
        remarks=tuple(reader.remarks),
    )


def _organization(reader: RowReader, *, source: str, source_id: str, own_record: bool = False) -> OrganizationDraft:
    name = scrub.clean(reader.text("nom", 200)) or UNNAMED_ORGANIZATION
    typology, told = fold(reader.text("typologie")), fold(f"{name} {reader.text('labels_nationaux')}")
    kind, category = "association", ""
    for pattern, found_kind, found_category in _KINDS:
        if pattern.search(typology) or pattern.search(told):
            kind, category = found_kind, found_category
            break
    registration = re.sub(r"\D", "", reader.text("pivot"))
    return OrganizationDraft(
        source=source,
        source_id=source_id,
        name=name,
        kind=kind,
        category=category,
        registration=registration if len(registration) == 14 and registration.strip("0") else None,
        phone=_phone(reader),
        email=scrub.institutional_email(reader.text("courriel", 254)),
        website=_link(reader.text("site_web", 500)),
        own_record=own_record,
    )


def _place(reader: RowReader) -> PlaceDraft:
    lat, lon = reader.coordinates()
    postcode = reader.text("code_postal", 10)
    return PlaceDraft(
        address=", ".join(filter(None, (reader.text("adresse", 180), reader.text("complement_adresse", 60)))),
        postcode=postcode,
        commune_code=find_commune(reader.text("code_insee", 10), postcode, reader.text("commune")),
        lat=lat,
        lon=lon,
        opening_hours=reader.text("horaires", 500),
    )


def _visibility(typology: str, name: str) -> str:
    shelter = _SHELTER.search(fold(typology)) or _SHELTER.search(fold(name))
    return AddressVisibility.COMMUNE_ONLY if shelter else AddressVisibility.PUBLIC


def _phone(reader: RowReader) -> str:
    phone = reader.text("telephone", 40)
    return "" if scrub.is_mobile(phone) else phone


def _link(written: str) -> str:
    return written if written.startswith(("http://", "https://")) else ""


def _sentence(offered: list[str]) -> str:
    """What is offered, as one sentence."""
    told = ", ".join(words[:1].lower() + words[1:] for words in offered)
    return f"{told[:1].upper()}{told[1:498]}." if told else ""


def _words_to_codes(written: Iterable[str], table: Mapping[str, str]) -> list[str]:
    """For each text, the code of the first known words that it begins with or holds."""
    found = (next((code for words, code in table.items() if words in fold(text)), "") for text in written)
    return [code for code in found if code]


def _foreign_themes(codes: Iterable[str]) -> tuple[str, ...]:
    """Precise themes first: a bare category says less than what stands under it."""
    return tuple(sorted(dict.fromkeys(codes), key=lambda code: "--" not in code))


def _own_themes(foreign: Iterable[str]) -> tuple[str, ...]:
    return themes().from_data_inclusion(foreign)
