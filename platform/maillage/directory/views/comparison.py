"""Two versions of a service side by side, in words."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from maillage.directory import hours, territories
from maillage.directory.policy import Disclosure, disclosure
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
from maillage.kernel.actor import Actor

UNTOLD: Final = "Lieu confidentiel"
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


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any], *, owner: UUID, reader: Actor
) -> list[tuple[str, str, str]]:
    """What a version changes: label, words before, words after. A place is told as far as its version lets the reader
    know it: who looks after the directory need not know where a shelter is."""
    shown, then = (disclosure(str(version.get("address_visibility")), owner, reader) for version in (before, after))
    return [
        (label, _words(name, before.get(name), shown), _words(name, after.get(name), then))
        for name, label in _FIELDS.items()
        if before.get(name) != after.get(name)
    ]


def _words(name: str, value: Any, shown: Disclosure) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if name == "locations":
        return "\n".join(_location(place, shown) for place in value)
    return ", ".join(_one(name, item) for item in (value if isinstance(value, list) else [value]))


def _one(name: str, value: Any) -> str:
    if name in ("themes", "publics"):
        term = (themes() if name == "themes" else publics()).get(value)
        return term.label() if term else str(value)
    if name == "areas":
        return territories.label(value)
    return _TABLES.get(name, {}).get(str(value), str(value))


def _location(place: Mapping[str, Any], shown: Disclosure) -> str:
    if shown is Disclosure.NOTHING:
        return UNTOLD
    commune = territories.place_of(f"commune:{place['commune_code']}")
    about = [commune.name if commune else "", hours.to_words(place["opening_hours"])]
    if shown is Disclosure.FULL:
        about = [place["name"], place["address"], *about, *(stop["place"] for stop in place["stops"])]
    return " · ".join(filter(None, about))
