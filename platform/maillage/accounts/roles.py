"""Roles are rows of one table: a name, words for people, permissions. Nothing else in the code names a role."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class RoleRow:
    name: str
    label: str
    says: str
    permissions: frozenset[str]
    organizations: frozenset[str]
    second_factor: bool


PERMISSIONS: Final[dict[str, str]] = {
    "directory.read_professional": "voir la ligne réservée aux professionnels",
    "directory.edit": "modifier les services de son organisation",
    "directory.moderate": "approuver les modifications et les organisations",
    "referral.send": "orienter une personne",
    "referral.read_own": "suivre ses propres orientations",
    "referral.read_organization": "voir toutes les orientations de son organisation",
    "referral.answer": "répondre aux orientations reçues",
    "referral.inside": "prendre en charge ce qu’un collègue lui confie, à soi ou à son équipe",
    "referral.assigned": "voir ce qui lui est confié, rien d’autre",
    "referral.override": "transmettre malgré l’opposition d’une personne, quand un texte l’impose",
    "network.take_part": "prendre part à un réseau et à ses groupes",
    "network.lead": "animer un groupe provincial",
    "network.coordinate": "coordonner le réseau",
    "cell.chair": "animer une cellule de veille sociale",
    "organization.administer": "gérer les membres et les réglages de l’organisation",
    "organization.audit": "lire le journal de l’organisation",
    "platform.administer": "administrer la plateforme",
}

_ANY = frozenset({"landlord", "association", "public_body", "hospital", "local_authority", "umbrella", "host"})
_REFERS = _ANY - {"host"}
_RECEIVES = _ANY - {"host", "umbrella"}


def _row(
    name: str,
    label: str,
    says: str,
    permissions: str,
    organizations: frozenset[str] = _ANY,
    *,
    second_factor: bool = False,
) -> RoleRow:
    return RoleRow(name, label, says, frozenset(permissions.split()), organizations, second_factor)


ROLES: Final[dict[str, RoleRow]] = {
    row.name: row
    for row in (
        _row(
            "referent", "Référent social", "Cherche un partenaire, oriente, suit.",
            "directory.read_professional referral.send referral.read_own referral.read_organization "
            "referral.inside network.take_part", _REFERS,
        ),
        _row(
            "supervisor", "Responsable social", "Encadre l’équipe ; décide de passer outre une opposition.",
            "directory.read_professional referral.send referral.read_own referral.read_organization "
            "referral.inside referral.override network.take_part", _REFERS, second_factor=True,
        ),
        _row(
            "colleague", "Collègue", "Prend en charge ce qui lui est transmis dans la maison.",
            "directory.read_professional referral.send referral.read_own referral.inside", _REFERS,
        ),
        _row(
            "intake", "Accueil des orientations", "Répond aux orientations reçues.",
            "directory.read_professional directory.edit referral.send referral.read_own "
            "referral.read_organization referral.answer referral.inside network.take_part", _RECEIVES,
        ),
        _row(
            "access_desk", "Accueil des demandes de logement",
            "Répond aux ménages qui vont entrer dans un logement. Ne lit rien des accompagnements.",
            "directory.read_professional referral.answer", frozenset({"landlord"}),
        ),
        _row(
            "volunteer", "Bénévole", "Voit ce qui lui est confié, rien d’autre.",
            "referral.assigned", _RECEIVES,
        ),
        _row(
            "lead", "Chef de réseau", "Anime un groupe provincial.",
            "directory.read_professional network.take_part network.lead",
        ),
        _row(
            "coordinator", "Coordination du réseau", "Diffuse l’information, voit les besoins par territoire.",
            "directory.read_professional network.take_part network.lead network.coordinate",
            frozenset({"umbrella", "landlord"}), second_factor=True,
        ),
        _row(
            "cell_chair", "Animateur de cellule", "Prépare et conduit la cellule de veille sociale.",
            "directory.read_professional network.take_part cell.chair",
        ),
        _row(
            "org_admin", "Administrateur de l’organisation", "Gère les membres, les services et les réglages.",
            "directory.read_professional directory.edit organization.administer organization.audit network.take_part",
            second_factor=True,
        ),
        _row(
            "platform_admin", "Administrateur de la plateforme", "Gère les organisations, la modération, le journal.",
            "directory.read_professional directory.moderate platform.administer organization.audit",
            frozenset({"host"}),
            second_factor=True,
        ),
    )
}  # fmt: skip


def permissions_of(roles: frozenset[str]) -> frozenset[str]:
    """What a membership with these roles may do. An unknown role gives nothing."""
    return frozenset().union(*(ROLES[name].permissions for name in roles if name in ROLES))


def roles_giving(permission: str) -> list[str]:
    """The names of the roles that give `permission`, in the order of the table."""
    return [name for name, row in ROLES.items() if permission in row.permissions]


def need_second_factor(roles: frozenset[str]) -> bool:
    """Whether one of these roles reaches too far for a password alone, whatever its organisation asks."""
    return any(ROLES[name].second_factor for name in roles if name in ROLES)


def labels_of(roles: frozenset[str]) -> list[str]:
    """Words for people, in the order of the table."""
    return [row.label for name, row in ROLES.items() if name in roles]
