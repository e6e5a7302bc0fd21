"""The one notice of this part: it says that there is news, not of what."""

from uuid import UUID

from maillage.notifications import kinds
from maillage.notifications.kinds import NoticeKind
from maillage.notifications.values import Notice

_SUBJECT = "Du nouveau dans une recherche enregistrée"

SEARCH = kinds.register(
    NoticeKind(
        code="directory.saved_search",
        label=_SUBJECT,
        subject=_SUBJECT,
        body="Connectez-vous à Maillage pour le lire.",
        group=kinds.Group.DIRECTORY,
    )
)


def of_search(search_id: UUID) -> Notice:
    return Notice(SEARCH.code, f"/recherches/{search_id}", search_id)
