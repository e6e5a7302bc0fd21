"""Telling people that something happened, and letting them say how often."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy.orm import Session

from maillage.kernel import outbox
from maillage.kernel.ids import new_id
from maillage.notifications import kinds, queries
from maillage.notifications.kinds import NoticeKind
from maillage.notifications.models import Notification
from maillage.notifications.values import Frequency, Notice, Recipient

T = TypeVar("T")

MAIL = "notifications.mail"
BATCH = 200


def post(session: Session, *, notice: Notice, recipients: Iterable[Recipient], dedup_key: str) -> int:
    """Tell `recipients`, in the caller's transaction; returns how many had not been told yet under `dedup_key`.

    Everybody gets a line in the application; mails leave after the commit, at once or with a digest, as each prefers.
    Calling it again with the same key is harmless, so a job that runs twice may.
    """
    kind = kinds.get(notice.kind)
    told = queries.told(session, dedup_key)
    fresh = {who.email.lower(): who for who in recipients if who.email.lower() not in told}
    for batch in batches(fresh.values(), BATCH):
        _post_batch(session, notice, kind, batch, dedup_key)
    return len(fresh)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def enqueue_mails(session: Session, mail_ids: Sequence[object]) -> None:
    """One job for a batch of mails. The job holds their ids, nothing else."""
    if mail_ids:
        outbox.enqueue(session, MAIL, {"mails": [str(mail_id) for mail_id in mail_ids]})


def _post_batch(
    session: Session, notice: Notice, kind: NoticeKind, recipients: Sequence[Recipient], dedup_key: str
) -> None:
    chosen = queries.frequencies(session, kind, [who.user_id for who in recipients if who.user_id is not None])
    at_once = []
    for who in recipients:
        preferred = chosen.get(who.user_id, kind.default) if who.user_id is not None else kind.default
        row = _row(notice, who, Frequency.IMMEDIATE if notice.urgent or kind.essential else preferred, dedup_key)
        session.add(row)
        if row.mail_id is not None:
            at_once.append(row.mail_id)
    enqueue_mails(session, at_once)


def _row(notice: Notice, who: Recipient, frequency: Frequency, dedup_key: str) -> Notification:
    row_id = new_id()
    return Notification(
        id=row_id,
        dedup_key=dedup_key,
        kind=notice.kind,
        link=notice.link,
        about=notice.about,
        urgent=notice.urgent,
        user_id=who.user_id,
        org_id=who.org_id,
        email=who.email.lower(),
        locale=who.locale,
        country=who.country,
        frequency=frequency,
        mail_id=row_id if frequency is Frequency.IMMEDIATE else None,
    )
