"""Words for people: kinds and states of organisations, countries, and what the journal says of each action."""

from collections.abc import Callable, Collection, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from maillage.accounts.models import MailboxProof, OrganizationKind, OrganizationStatus
from maillage.kernel.actor import Reads

KINDS: Final[dict[str, str]] = {
    OrganizationKind.LANDLORD: "Bailleur social",
    OrganizationKind.ASSOCIATION: "Association",
    OrganizationKind.PUBLIC_BODY: "Organisme public (CCAS, CPAS…)",
    OrganizationKind.HOSPITAL: "Hôpital",
    OrganizationKind.LOCAL_AUTHORITY: "Collectivité",
    OrganizationKind.UMBRELLA: "Tête de réseau",
    OrganizationKind.HOST: "Hébergeur de la plateforme",
}
STATUSES: Final[dict[str, str]] = {
    OrganizationStatus.LISTED: "Répertoriée",
    OrganizationStatus.PENDING: "À vérifier",
    OrganizationStatus.VETTED: "Vérifiée",
    OrganizationStatus.SUSPENDED: "Suspendue",
}
STATUS_TONES: Final[dict[str, str]] = {
    OrganizationStatus.LISTED: "grey",
    OrganizationStatus.PENDING: "amber",
    OrganizationStatus.VETTED: "green",
    OrganizationStatus.SUSPENDED: "red",
}
MAILBOX_PROOFS: Final[dict[str, str]] = {
    MailboxProof.CALLED: "Confirmée en appelant l’organisation, à un numéro trouvé ailleurs que dans sa fiche",
    MailboxProof.AGREEMENT: "Écrite dans une convention signée",
    MailboxProof.MET: "Confirmée de vive voix par un responsable rencontré",
}
COUNTRIES: Final[dict[str, str]] = {"FR": "France", "BE": "Belgique"}

READS: Final[dict[str, str]] = {
    Reads.ALL: "Toute l’organisation",
    Reads.TEAM: "Chaque équipe lit ce qu’elle suit",
    Reads.OWN: "Chaque personne lit ce qu’elle suit",
}

SORTS: Final[dict[str, str]] = {
    "referral": "Orientations",
    "situation": "Situations",
    "household": "Dossiers suivis",
    "rights": "Droits des personnes",
    "service": "Services",
    "session": "Connexions",
    "provider": "Fournisseur d’identité",
    "vault": "Coffre",
    "webhook": "Logiciels prévenus",
    "member": "Membres",
    "organization": "Organisation",
    "token": "Clés d’accès",
    "journal": "Exports du journal",
}
"""Sorts of entries that a reader of the journal may pick, by the beginning of their actions."""

SubjectNames = Callable[[Session, Collection[UUID]], dict[UUID, str]]
_subject_names: dict[str, SubjectNames] = {}

_actions: dict[str, str] = {
    "journal.exported": "a exporté le journal",
    "instance.restored": "a remis en service une copie de la plateforme",
    "keys.rotated": "a changé la clé de chiffrement",
    "keys.destroyed": "a détruit une ancienne clé de chiffrement",
    "session.opened": "s’est connecté",
    "session.proved": "a confirmé son identité",
    "session.closed": "s’est déconnecté",
    "session.switched": "a changé d’organisation",
    "session.revoked": "a fermé une de ses sessions",
    "session.revoked_others": "a fermé ses autres sessions",
    "password.changed": "a changé son mot de passe",
    "password.reset": "a choisi un nouveau mot de passe par le lien reçu",
    "profile.changed": "a modifié son profil",
    "totp.enrolled": "a activé le second facteur",
    "totp.disabled": "a désactivé le second facteur",
    "security_key.added": "a ajouté une clé de sécurité",
    "security_key.removed": "a retiré une clé de sécurité",
    "recovery.renewed": "a demandé de nouveaux codes de secours",
    "recovery.used": "s’est connecté avec un code de secours",
    "token.issued": "a créé une clé d’accès",
    "token.revoked": "a révoqué une clé d’accès",
    "agenda.opened": "a créé une adresse privée de son agenda",
    "agenda.closed": "a révoqué l’adresse privée de son agenda",
    "webhook.added": "a ajouté un logiciel à prévenir",
    "webhook.rotated": "a changé le secret d’un logiciel prévenu",
    "webhook.paused": "a mis en pause un logiciel prévenu",
    "webhook.resumed": "a repris un logiciel prévenu",
    "webhook.removed": "a retiré un logiciel prévenu",
    "webhook.stopped": "a cessé de prévenir un logiciel qui ne répond plus",
    "member.invited": "a invité un membre",
    "member.invitation_cancelled": "a annulé une invitation",
    "member.joined": "a rejoint l’organisation",
    "member.added": "a ajouté un membre",
    "member.roles_changed": "a changé les rôles d’un membre",
    "member.ended": "a retiré un membre",
    "member.away": "a annoncé une absence",
    "member.back": "a mis fin à une absence",
    "organization.created": "a créé une organisation",
    "organization.changed": "a modifié l’identité de l’organisation",
    "organization.vetted": "a vérifié une organisation",
    "organization.suspended": "a suspendu une organisation",
    "organization.reopened": "a rouvert une organisation",
    "organization.mailbox_proved": "a confirmé la boîte d’une organisation",
    "organization.mailbox_disowned": "ne garantit plus la boîte d’une organisation",
    "organization.claimed": "a demandé le compte de l’organisation, depuis sa boîte",
    "organization.reading": "a changé qui lit quoi dans l’organisation",
    "organization.mfa_required": "a rendu le second facteur obligatoire",
    "organization.mfa_optional": "a rendu le second facteur facultatif",
    "provider.changed": "a réglé le fournisseur d’identité",
    "provider.removed": "a retiré le fournisseur d’identité",
    "provider.refused": "une connexion par le fournisseur d’identité a été refusée",
    "provider.domain_approved": "a approuvé un domaine d’adresses",
    "provider.domain_withdrawn": "n’approuve plus un domaine d’adresses",
    "vault.created": "a donné un coffre à l’organisation",
    "vault.asked": "a demandé à entrer dans le coffre",
    "vault.let_in": "a fait entrer un collègue dans le coffre",
    "vault.put_out": "a retiré un collègue du coffre",
    "vault.opened": "a ouvert le coffre",
    "vault.turned": "a changé la clé du coffre, après un départ",
    "vault.recovered": "a ouvert le coffre avec le code de secours",
    "vault.code_renewed": "a changé le code de secours du coffre",
    "vault.widened": "a décidé que les situations et les orientations vont dans le coffre",
    "vault.narrowed": "a décidé que les nouvelles situations et orientations ne vont plus dans le coffre",
    "user.created": "a créé un compte",
    "user.deactivated": "a désactivé un compte",
    "user.reactivated": "a réactivé un compte",
    "job.replayed": "a relancé un envoi",
}

_reasons: dict[str, tuple[str, Mapping[str, str]]] = {
    "provider.refused": (
        "reason",
        {
            "issuer": "réponse d’un autre fournisseur",
            "declined": "abandonnée chez le fournisseur",
            "email_verified": "adresse non vérifiée par le fournisseur",
            "domain": "domaine d’adresses non approuvé",
            "stranger": "adresse inconnue dans l’organisation",
            "sub": "adresse passée à une autre personne chez le fournisseur",
            "userinfo": "profil d’une autre personne",
            "configuration": "réglages du fournisseur incomplets",
            "unreadable": "réponse illisible",
        },
    ),
}


def word_actions(words: Mapping[str, str]) -> None:
    """Say how the journal tells the actions of another domain: « a accepté une orientation »."""
    _actions.update(words)


def name_subjects(kind: str, names: SubjectNames) -> None:
    """Say how the journal names what another domain records about: a reference, never a person."""
    _subject_names[kind] = names


def subject_names(session: Session, kind: str, ids: Collection[UUID]) -> dict[UUID, str]:
    names = _subject_names.get(kind)
    return names(session, ids) if names is not None else {}


def word_reasons(action: str, detail: str, words: Mapping[str, str]) -> None:
    """Say how the journal tells why an action was done or refused, when `detail` holds a code."""
    _reasons[action] = detail, words


def reason_in_words(action: str, details: Mapping[str, str]) -> str:
    """Why, as it was written, or in words for a code."""
    detail, words = _reasons.get(action, ("reason", {}))
    said = details.get(detail, "")
    return words.get(said, said)


def action_in_words(action: str) -> str:
    return _actions.get(action, f"action « {action} »")
