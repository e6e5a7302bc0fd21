"""Closed lists of the directory with their French words. Themes, publics and situations are `maillage_search`'s."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from maillage_search.taxonomy import Vocabulary, load_taxonomy


class AddressVisibility(StrEnum):
    """Who may read the street, the door and the exact point. Whatever is not one of these counts as `never`."""

    PUBLIC = "public"
    COMMUNE_ONLY = "commune_only"
    PARTNERS = "partners"
    NEVER = "never"


TELL_THE_COMMUNE: Final = frozenset(AddressVisibility) - {AddressVisibility.NEVER}


class ServiceStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    HIDDEN = "hidden"
    CLOSED = "closed"


class RevisionState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    REPLACED = "replaced"


class SignalKind(StrEnum):
    """What a referral taught us of a service's habits."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    NO_LONGER_OFFERED = "no_longer_offered"


class UnmetKind(StrEnum):
    """How a search failed: nothing came, or nothing that came suited."""

    ZERO = "zero"
    NONE_SUITED = "none_suited"


ADDRESS_VISIBILITIES: Final[Mapping[str, str]] = {
    AddressVisibility.PUBLIC: "Publique",
    AddressVisibility.COMMUNE_ONLY: "Commune seulement",
    AddressVisibility.PARTNERS: "Partenaires seulement",
    AddressVisibility.NEVER: "Jamais montrée",
}
STATUSES: Final[Mapping[str, str]] = {
    ServiceStatus.DRAFT: "Brouillon",
    ServiceStatus.PUBLISHED: "Publié",
    ServiceStatus.HIDDEN: "Masqué",
    ServiceStatus.CLOSED: "Fermé",
}
REVISION_STATES: Final[Mapping[str, str]] = {
    RevisionState.PENDING: "En attente de validation",
    RevisionState.APPROVED: "Publiée",
    RevisionState.REJECTED: "Refusée",
    RevisionState.REPLACED: "Remplacée par une version plus récente",
}
CAPACITIES: Final[Mapping[str, str]] = {
    "unknown": "Places non précisées",
    "free": "Places disponibles",
    "limited": "Quelques places",
    "waiting": "Liste d’attente",
    "full": "Complet",
}
CAPACITY_LEVELS: Final[Mapping[str, str]] = {
    "unknown": "unknown",
    "free": "open",
    "limited": "limited",
    "waiting": "waitlist",
    "full": "full",
}
OPEN_TO: Final[Mapping[str, str]] = {"all": "Ouvert à tous", "tenants": "Réservé aux locataires"}
SCALE: Final[Mapping[str, str]] = {
    "facilitator": "Facilite : anime, informe, ouvre l’accès à des partenaires",
    "coordinator": "Coordonne le service",
    "group_buyer": "Achète pour plusieurs services à la fois",
    "operator": "Assure le service lui-même",
}
# Codes of data·inclusion where it has one, so that imports and exports need no table.
TYPES: Final[Mapping[str, str]] = {
    "accompagnement": "Accompagnement",
    "accueil": "Accueil",
    "information": "Information",
    "atelier": "Atelier",
    "formation": "Formation",
    "aide-financiere": "Aide financière",
    "aide-materielle": "Aide matérielle",
    "delegation": "Démarche faite à la place de la personne",
}
MODES: Final[Mapping[str, str]] = {
    "en-presentiel": "Sur place",
    "a-distance": "À distance",
    "a-domicile": "À domicile",
}
FEES: Final[Mapping[str, str]] = {
    "gratuit": "Gratuit",
    "gratuit-sous-conditions": "Gratuit sous conditions",
    "adhesion": "Adhésion",
    "pass-numerique": "Pass numérique",
    "payant": "Payant",
}
LANGUAGES: Final[Mapping[str, str]] = {
    "fr": "Français", "nl": "Néerlandais", "de": "Allemand", "en": "Anglais", "ar": "Arabe", "ber": "Berbère",
    "bg": "Bulgare", "zh": "Chinois", "es": "Espagnol", "fa": "Persan (dari, farsi)", "it": "Italien",
    "ckb": "Kurde", "ln": "Lingala", "lsf": "Langue des signes", "ps": "Pachto", "pl": "Polonais",
    "pt": "Portugais", "ro": "Roumain", "ru": "Russe", "so": "Somali", "sw": "Swahili", "ti": "Tigrinya",
    "tr": "Turc", "uk": "Ukrainien", "ur": "Ourdou",
    "wa": "Wallon",
}  # fmt: skip
CATEGORIES: Final[Mapping[str, str]] = {
    "ccas": "CCAS",
    "cpas": "CPAS",
    "france-services": "France services",
    "conseiller-numerique": "Accueil d’un conseiller numérique",
    "esh": "Entreprise sociale pour l’habitat",
    "oph": "Office public de l’habitat",
    "slsp": "Société de logement de service public",
    "regie-de-quartier": "Régie de quartier",
    "maison-d-accueil": "Maison d’accueil",
    "apl": "Association de promotion du logement",
    "ais": "Agence immobilière sociale",
    "insertion-housing": "Logement de transit ou d’insertion",
    "centre-social": "Centre social",
    "commune": "Commune",
    "departement": "Département",
    "hospital": "Hôpital",
    "school": "École",
    "pimms": "PIMMS",
    "relais-social": "Relais social",
    "tenants-body": "Conseil de locataires",
    "company": "Entreprise",
}
MONTHS: Final[Mapping[str, str]] = {
    str(number): name
    for number, name in enumerate(
        ("Janvier", "Février", "Mars", "Avril", "Mai", "Juin", "Juillet", "Août", "Septembre", "Octobre",
         "Novembre", "Décembre"), start=1,
    )
}  # fmt: skip
REPORT_KINDS: Final[Mapping[str, str]] = {
    "contact": "Les coordonnées ne sont plus bonnes",
    "hours": "Les horaires ne sont plus bons",
    "address": "L’adresse n’est plus bonne",
    "content": "La description ne correspond pas",
    "closed": "Ce service n’existe plus",
    "other": "Autre chose",
}
REPORT_OUTCOMES: Final[Mapping[str, str]] = {"corrected": "Corrigé", "dismissed": "Sans suite"}

UNNAMED_ORGANIZATION: Final = "Organisation non précisée"

# Pages of these themes may be read by somebody in danger, on a device that is not theirs alone.
_SENSITIVE_ROOTS: Final = ("violence-against-women", "child-protection", "suicide-prevention", "victim-support")


def themes() -> Vocabulary:
    return load_taxonomy().themes


def publics() -> Vocabulary:
    return load_taxonomy().publics


def is_sensitive(codes: Iterable[str]) -> bool:
    """Whether the page of a service with these themes shows the safety line and the quick exit."""
    return bool(set(codes) & set(themes().with_descendants(_SENSITIVE_ROOTS)))


PUBLISHED: Final[Mapping[str, Mapping[str, str]]] = {
    "Theme": {term.code: term.label() for term in themes()},
    "Public": {term.code: term.label() for term in publics()},
    "Capacity": CAPACITIES,
    "ServiceType": TYPES,
    "Mode": MODES,
    "Fee": FEES,
    "Language": LANGUAGES,
    "OpenTo": OPEN_TO,
    "OrganizationCategory": CATEGORIES,
}
"""What the OpenAPI document lists, with French labels."""


def labels(table: Mapping[str, str], codes: Iterable[str]) -> list[str]:
    """Words of known codes, in the order of the table."""
    wanted = set(codes)
    return [label for code, label in table.items() if code in wanted]


def term_labels(vocabulary: Vocabulary, codes: Iterable[str], locale: str = "fr") -> list[str]:
    return [term.label(locale) for code in codes if (term := vocabulary.get(code)) is not None]


STALE_AFTER_DAYS: Final = 365  # a record that nobody confirmed for so long says so
