"""Telling people that something happened, and letting them say how often."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby, islice
from operator import itemgetter
from typing import TypeVar
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from maillage.kernel import clock, outbox
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Forbidden, Invalid, NotFound
from maillage.kernel.ids import new_id
from maillage.kernel.scope import unscoped
from maillage.notifications import kinds, policy, queries, quiet
from maillage.notifications.kinds import NoticeKind
from maillage.notifications.models import Notification, NotificationPreference, NotificationQuiet
from maillage.notifications.stopping import Stop
from maillage.notifications.values import Frequency, Notice, Quiet, Recipient
from maillage.notifications.webhooks import service as webhooks

T = TypeVar("T")

MAIL = "notifications.mail"
BATCH = 200
REFUSED_LATELY = timedelta(days=30)


def post(session: Session, *, notice: Notice, recipients: Iterable[Recipient], dedup_key: str) -> int:
    """Tell `recipients`, in the caller's transaction; returns how many had not been told yet under `dedup_key`.

    Everybody gets a line in the application; mails leave after the commit, at once or with a digest, as each prefers.
    Calling it again with the same key is harmless, so a job that runs twice may.
    """
    kind = kinds.get(notice.kind)
    with unscoped("a notice is for others than who acts", Notification, NotificationPreference, NotificationQuiet):
        told = queries.told(session, dedup_key)
        fresh = {who.email.lower(): who for who in recipients if who.email.lower() not in told}
        for batch in _batches(fresh.values(), BATCH):
            _post_batch(session, notice, kind, batch, dedup_key)
    return len(fresh)


def mark_read(actor: Actor, *, notification_id: UUID) -> str:
    """Mark one notice read; returns the path that it leads to."""
    with transaction() as session:
        row = queries.readable(session, actor, notification_id)
        if row is None:
            raise NotFound()
        row.read_at = row.read_at or clock.now()
        return row.link


def mark_all_read(actor: Actor, *, until: datetime | None = None) -> None:
    """Mark the actor's notices read; with `until`, those of before."""
    with transaction() as session:
        unread = [policy.readable_by(actor), Notification.read_at.is_(None)]
        if until is not None:
            unread.append(Notification.at < until)
        session.execute(update(Notification).where(*unread).values(read_at=clock.now()))


def mark_read_about(session: Session, *, user_id: UUID, about: UUID) -> None:
    """In the caller's transaction: who has seen the thing itself need not be told of it any more, nor in a digest."""
    mine = (Notification.user_id == user_id, Notification.about == about, Notification.read_at.is_(None))
    session.execute(update(Notification).where(*mine).values(read_at=clock.now()))


def forget_about(session: Session, about: Collection[UUID]) -> None:
    """In the caller's transaction: these things are gone for ever, and a notice of them leads nowhere."""
    session.execute(delete(Notification).where(Notification.about.in_(about)))
    webhooks.forget_about(session, about)


def refusing(session: Session, emails: Iterable[str]) -> dict[str, datetime]:
    """Those of these addresses, an organisation's own, that took no mail lately; and since when we know it."""
    with unscoped("an organisation learns which of its addresses take no mail", Notification):
        return queries.refusing(session, emails, clock.now() - REFUSED_LATELY)


def set_preferences(actor: Actor, *, choices: Mapping[str, Frequency], quiet_time: Quiet | None = None) -> None:
    """Keep how often, and with `quiet_time` when not, the actor wants mails; it holds for all their organisations."""
    if actor.user_id is None:
        raise Forbidden()
    if not choices.keys() <= {kind.code for kind in kinds.optional_kinds()}:
        raise Invalid("Ce type de notification n’existe pas ou ne se règle pas.")
    rows = [
        NotificationPreference(user_id=actor.user_id, kind=code, frequency=frequency)
        for code, frequency in choices.items()
    ]
    with transaction() as session:
        session.execute(
            delete(NotificationPreference).where(
                NotificationPreference.user_id == actor.user_id, NotificationPreference.kind.in_(choices)
            )
        )
        session.add_all(rows)
        if quiet_time is not None:
            kept = NotificationQuiet(user_id=actor.user_id, since=quiet_time.since, until=quiet_time.until)
            kept.weekends = quiet_time.weekends
            session.merge(kept)


def stop_mails(asked: Stop) -> None:
    """No more mails of these kinds for their reader, what waits for a digest included. In the application they show."""
    codes = [kind.code for kind in asked.kinds]
    waiting = (Notification.user_id == asked.user_id, Notification.kind.in_(codes), Notification.mail_id.is_(None))
    with transaction() as session, unscoped("a mailed link acts for its reader", Notification, NotificationPreference):
        for code in codes:
            session.merge(NotificationPreference(user_id=asked.user_id, kind=code, frequency=Frequency.NONE))
        session.execute(update(Notification).where(*waiting).values(frequency=Frequency.NONE))


def bundle_digests(now: datetime) -> int:
    """Gather what is due at `now` into one mail per reader; returns how many mails that makes.

    A notice joins one mail only, so running it again, or twice at once, tells nothing twice.
    """
    made = 0
    for country in clock.ZONES:
        while count := _bundle_batch(now, country):
            made += count
    return made


def close_mails(session: Session, mail_ids: Collection[UUID], *, delivered: bool) -> None:
    """Remember that these mails have left, or that their addresses do not take mail."""
    outcome = Notification.mailed_at if delivered else Notification.refused_at
    if mail_ids:
        session.execute(update(Notification).where(Notification.mail_id.in_(mail_ids)).values({outcome: clock.now()}))


def _bundle_batch(now: datetime, country: str) -> int:
    with transaction() as session:
        mails = {email: new_id() for email in queries.awaiting_digest(session, now, country, BATCH)}
        for email, mail_id in mails.items():
            due = (policy.due_for_digest(now, country), Notification.email == email)
            session.execute(update(Notification).where(*due).values(mail_id=mail_id))
        readers = queries.readers_of_mails(session, mails.values())
        quiets = queries.quiets(session, readers.values())
        _enqueue_mails(
            session,
            [
                (mail_id, quiet.leaves_at(now, quiets.get(readers[mail_id]) if mail_id in readers else None, country))
                for mail_id in mails.values()
            ],
        )
        return len(mails)


def _post_batch(
    session: Session, notice: Notice, kind: NoticeKind, recipients: Sequence[Recipient], dedup_key: str
) -> None:
    chosen = queries.frequencies(session, kind, [who.user_id for who in recipients if who.user_id])
    rows = []
    for who in recipients:
        preferred = chosen.get(who.user_id) if who.user_id else None
        rows.append(_row(notice, who, policy.frequency_of(notice, kind, preferred), dedup_key))
    session.add_all(rows)
    mailed = [row for row in rows if row.mail_id is not None]
    waits = not notice.urgent and not kind.essential
    quiets = queries.quiets(session, [row.user_id for row in mailed if row.user_id and waits])
    now = clock.now()
    _enqueue_mails(
        session,
        [
            (row.id, quiet.leaves_at(now, quiets.get(row.user_id) if row.user_id else None, row.country))
            for row in mailed
        ],
    )


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
        country=who.country if who.country in clock.ZONES else "FR",
        frequency=frequency,
        mail_id=row_id if frequency is Frequency.IMMEDIATE else None,
    )


def _enqueue_mails(session: Session, mails: Sequence[tuple[UUID, datetime]]) -> None:
    """One job for the mails of a batch that leave together: their ids, nothing else."""
    for moment, leaving in groupby(sorted(mails, key=itemgetter(1)), key=itemgetter(1)):
        payload = {"mails": [str(mail_id) for mail_id, _ in leaving]}
        outbox.enqueue(session, MAIL, payload, not_before=moment)


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
