"""Two versions of a service side by side, in words."""

from collections.abc import Mapping
from typing import Any, Final

from maillage.directory import hours, territories
from maillage.directory.vocabulary import (
    ADDRESS_VISIBILITIES,
    FEES,
    LANGUAGES,
    MODES,
    MONTHS,
    OPEN_TO,
    SCALE,
    TYPES,
    publics,
    themes,
)

_FIELDS: Final[Mapping[str, str]] = {
    "name": "Nom",
    "summary": "En une phrase",
    "description": "Description",
    "themes": "Thèmes",
    "types": "Formes d’aide",
    "scale": "Rôle de l’organisation",
    "bundle": "Bouquet",
    "publics": "Publics",
    "open_to": "Accès",
    "conditions": "Conditions",
    "fee": "Frais",
    "fee_note": "Précision sur les frais",
    "languages": "Langues",
    "documents_needed": "Documents à préparer",
    "questions": "Questions à poser",
    "modes": "Où se passe l’aide",
    "locations": "Lieux",
    "areas": "Territoires",
    "season": "Mois d’ouverture",
    "how_to_reach": "Comment joindre",
    "phone": "Téléphone",
    "email": "E-mail",
    "url": "Site web",
    "delay_days": "Délai de réponse",
    "accepts_referrals": "Reçoit des orientations",
    "address_visibility": "Qui voit l’adresse",
    "professional_note": "Mot pour les professionnels",
}
_TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    "types": TYPES,
    "scale": SCALE,
    "open_to": OPEN_TO,
    "fee": FEES,
    "languages": LANGUAGES,
    "modes": MODES,
    "season": MONTHS,
    "address_visibility": ADDRESS_VISIBILITIES,
}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What a version changes: label, words before, words after."""
    return [
        (label, _words(name, before.get(name)), _words(name, after.get(name)))
        for name, label in _FIELDS.items()
        if before.get(name) != after.get(name)
    ]


def _words(name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if name == "locations":
        return "\n".join(map(_location, value))
    return ", ".join(_one(name, item) for item in (value if isinstance(value, list) else [value]))


def _one(name: str, value: Any) -> str:
    if name in ("themes", "publics"):
        term = (themes() if name == "themes" else publics()).get(value)
        return term.label() if term else str(value)
    if name == "areas":
        return territories.label(value)
    return _TABLES.get(name, {}).get(str(value), str(value))


def _location(place: Mapping[str, Any]) -> str:
    commune = territories.place_of(f"commune:{place['commune_code']}")
    told = [place["name"], place["address"], commune.name if commune else "", hours.to_words(place["opening_hours"])]
    told += [stop["place"] for stop in place["stops"]]
    return " · ".join(filter(None, told))
