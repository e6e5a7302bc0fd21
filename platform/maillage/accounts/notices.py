"""What the accounts tell their owners: kinds of notices, and the wording of mails that carry a secret link."""

from dataclasses import dataclass
from typing import Final

from maillage.accounts.models import AccessGrantKind
from maillage.notifications.kinds import Group, NoticeKind, register

NEW_DEVICE: Final = register(
    NoticeKind(
        code="accounts.new_device",
        label="Connexion depuis un nouvel appareil",
        subject="Nouvelle connexion à votre compte",
        body="Votre compte vient d’être ouvert depuis un appareil que nous ne connaissions pas.\n"
        "Si ce n’est pas vous, fermez cette session et changez votre mot de passe.",
        essential=True,
    )
)
PASSWORD_CHANGED: Final = register(
    NoticeKind(
        code="accounts.password_changed",
        label="Changement de mot de passe",
        subject="Votre mot de passe a changé",
        body="Le mot de passe de votre compte vient d’être changé et vos autres sessions sont fermées.\n"
        "Si ce n’est pas vous, demandez un nouveau lien depuis la page de connexion.",
        essential=True,
    )
)
SECOND_FACTOR_ADDED: Final = register(
    NoticeKind(
        code="accounts.second_factor_added",
        label="Ajout d’un second facteur",
        subject="Un second facteur a été ajouté à votre compte",
        body="Une application de codes ou une clé de sécurité vient d’être ajoutée à votre compte.\n"
        "Si ce n’est pas vous, retirez-la et changez votre mot de passe.",
        essential=True,
    )
)
SECOND_FACTOR_REMOVED: Final = register(
    NoticeKind(
        code="accounts.second_factor_removed",
        label="Retrait d’un second facteur",
        subject="Un second facteur a été retiré de votre compte",
        body="Une application de codes ou une clé de sécurité vient d’être retirée de votre compte.\n"
        "Si ce n’est pas vous, changez votre mot de passe et remettez un second facteur.",
        essential=True,
    )
)
VAULT_ASKED: Final = register(
    NoticeKind(
        code="accounts.vault_asked",
        label="Demande d’entrée dans le coffre",
        subject="Un collègue demande à entrer dans le coffre",
        body="Un collègue demande à entrer dans le coffre de votre organisation.\n"
        "Appelez-le : il vous lit son empreinte, et vous le faites entrer.",
        group=Group.HOUSE,
    )
)
VAULT_LET_IN: Final = register(
    NoticeKind(
        code="accounts.vault_let_in",
        label="Entrée dans le coffre",
        subject="Le coffre vous est ouvert",
        body="Un collègue vous a fait entrer dans le coffre de votre organisation.\n"
        "Votre mot de passe l’ouvre désormais.",
        group=Group.HOUSE,
    )
)
VAULT_RECOVERED: Final = register(
    NoticeKind(
        code="accounts.vault_recovered",
        label="Coffre ouvert avec le code de secours",
        subject="Le code de secours du coffre a servi",
        body="Le coffre de votre organisation vient d’être ouvert avec son code de secours imprimé.\n"
        "Si personne de chez vous ne l’a fait, parlez-en sans attendre à votre administrateur.",
        essential=True,
    )
)
CLAIMED: Final = register(
    NoticeKind(
        code="accounts.claimed",
        label="Demande de compte pour une organisation",
        subject="Un compte a été demandé pour votre organisation",
        body="Quelqu’un qui lit cette boîte vient de demander le compte de votre organisation.\n"
        "Si ce n’est pas l’un des vôtres, écrivez sans attendre à qui tient la plateforme.",
        essential=True,
    )
)


@dataclass(frozen=True, slots=True)
class GrantMail:
    subject: str
    body: str
    path: str
    link_label: str


GRANT_MAILS: Final[dict[str, GrantMail]] = {
    AccessGrantKind.INVITATION: GrantMail(
        subject="Vous êtes invité à rejoindre Maillage",
        body="Une organisation vous invite à travailler avec elle dans Maillage.\n"
        "Ce lien est personnel, ne sert qu’une fois et reste valable 72 heures.",
        path="/invitation/{secret}",
        link_label="Accepter l’invitation",
    ),
    AccessGrantKind.PASSWORD_RESET: GrantMail(
        subject="Choisir un nouveau mot de passe",
        body="Vous avez demandé un nouveau mot de passe.\n"
        "Ce lien ne sert qu’une fois et reste valable 30 minutes.\n"
        "Si la demande ne vient pas de vous, ne faites rien : votre mot de passe reste le même.",
        path="/mot-de-passe/{secret}",
        link_label="Choisir un mot de passe",
    ),
}
