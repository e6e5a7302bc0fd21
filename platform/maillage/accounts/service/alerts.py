"""What the owner of an account is told when a way in changes: a notice and a mail, without content, from here only."""

from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from maillage.accounts import queries
from maillage.accounts.notices import (
    NEW_DEVICE,
    PASSWORD_CHANGED,
    SECOND_FACTOR_ADDED,
    SECOND_FACTOR_REMOVED,
    VAULT_ASKED,
    VAULT_LET_IN,
    VAULT_RECOVERED,
)
from maillage.kernel.ids import new_id
from maillage.notifications import service as notifications
from maillage.notifications.kinds import NoticeKind
from maillage.notifications.values import Notice

_LEADS_TO: Final = {
    NEW_DEVICE.code: "/compte/sessions",
    PASSWORD_CHANGED.code: "/compte/mot-de-passe",
    SECOND_FACTOR_ADDED.code: "/compte/second-facteur",
    SECOND_FACTOR_REMOVED.code: "/compte/second-facteur",
    VAULT_ASKED.code: "/coffre",
    VAULT_LET_IN.code: "/coffre",
    VAULT_RECOVERED.code: "/coffre",
}


def tell(session: Session, user_id: UUID, kind: NoticeKind) -> None:
    """Post the notice in the caller's transaction: what could not be told did not happen."""
    notifications.post(
        session,
        notice=Notice(kind.code, _LEADS_TO[kind.code]),
        recipients=queries.recipients_for_users(session, [user_id]),
        dedup_key=f"{kind.code}:{new_id()}",
    )
