"""Telling many people of a network: batches of ids, never one job for each."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.queries import recipients_among
from maillage.kernel import jobs, outbox
from maillage.kernel.db import transaction
from maillage.network.groups.models import GroupMember
from maillage.notifications import service as notifications
from maillage.notifications.values import Notice, Recipient

JOB_TELL: Final = "network.tell"
BATCH: Final = 200


def spread(
    session: Session, *, notice: Notice, network_id: UUID, recipients: Sequence[Recipient], dedup_key: str
) -> int:
    """Tell these members after the commit, some at a time; returns how many. Who was told under this key is not told
    again."""
    told = [str(who.user_id) for who in recipients if who.user_id is not None]
    shared = {"kind": notice.kind, "link": notice.link, "about": str(notice.about), "key": dedup_key}
    for start in range(0, len(told), BATCH):
        payload = shared | {"network_id": str(network_id), "users": told[start : start + BATCH]}
        outbox.enqueue(session, JOB_TELL, payload)
    return len(told)


@jobs.handles(JOB_TELL, opens=(GroupMember,))
def tell(_job_id: UUID, payload: dict[str, Any]) -> None:
    """One batch. Who has left the network meanwhile is not told."""
    seats = select(GroupMember.user_id, GroupMember.org_id).where(
        GroupMember.network_id == UUID(payload["network_id"]),
        GroupMember.user_id.in_([UUID(user_id) for user_id in payload["users"]]),
        GroupMember.until.is_(None),
    )
    notice = Notice(payload["kind"], payload["link"], UUID(payload["about"]))
    with transaction() as session:
        recipients = recipients_among(session, seats)
        notifications.post(session, notice=notice, recipients=recipients, dedup_key=payload["key"])
