"""Recipients, kinds of notices and the mails that left, for tests."""

from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from maillage.kernel.actor import Actor
from maillage.kernel.db import session, transaction
from maillage.notifications import kinds, service
from maillage.notifications.kinds import NoticeKind
from maillage.notifications.models import MailMessage, Notification
from maillage.notifications.values import Frequency, Notice, Recipient

ORDINARY = kinds.register(
    NoticeKind("test.ordinary", "Nouveautés d’essai", "Une nouveauté vous attend", "Elle est dans Maillage.")
)
DIGESTED = kinds.register(
    NoticeKind("test.digested", "Brèves d’essai", "Une brève vous attend", "Elle est là.", default=Frequency.DAILY)
)
ESSENTIAL = kinds.register(
    NoticeKind("test.essential", "Sécurité d’essai", "Un nouvel appareil", "Est-ce bien vous ?", essential=True)
)
_numbers = count(1)


def make_recipient(**overrides: Any) -> Recipient:
    """A person somewhere in France, unless told otherwise."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "user_id": uuid4(),
        "email": f"lecteur{number}@organisation.example",
        "name": f"Lecteur {number}",
    }
    return Recipient(**(values | overrides))


def tell(*recipients: Recipient, kind: NoticeKind = ORDINARY, dedup_key: str = "", **notice: Any) -> int:
    """Post one notice in a transaction of its own; how many were told."""
    words = Notice(kind.code, **({"link": "/orientations/1"} | notice))
    with transaction() as tx:
        return service.post(tx, notice=words, recipients=recipients, dedup_key=dedup_key or str(uuid4()))


def prefer(user_id: UUID | None, frequency: Frequency, kind: NoticeKind = ORDINARY) -> None:
    service.set_preferences(Actor(user_id=user_id, org_id=None), choices={kind.code: frequency})


def kept_mails() -> list[MailMessage]:
    """What left through the sink, oldest first."""
    session().rollback()
    return list(session().scalars(select(MailMessage).order_by(MailMessage.id)))


def notices_of(recipient: Recipient) -> list[Notification]:
    session().rollback()
    mine = select(Notification).where(Notification.email == recipient.email).order_by(Notification.id)
    return list(session().scalars(mine))
