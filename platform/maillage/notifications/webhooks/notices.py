"""What administrators are told when a program of theirs is told nothing any more."""

from typing import Final

from maillage.notifications.kinds import Group, NoticeKind, register

STOPPED: Final = register(
    NoticeKind(
        code="webhooks.stopped",
        label="Un logiciel de votre organisation n’est plus prévenu",
        subject="Un logiciel n’est plus prévenu par Maillage",
        body="Un logiciel de votre organisation ne répond plus : Maillage a cessé de le prévenir.\n"
        "Rien n’est perdu dans Maillage. Reprenez depuis la page d’administration quand il répond de nouveau.",
        group=Group.HOUSE,
    )
)
