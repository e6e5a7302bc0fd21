"""Reading notices, preferences and the mails kept by the demonstration."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from maillage.kernel import outbox
from maillage.kernel.actor import Actor
from maillage.notifications import kinds, policy
from maillage.notifications.kinds import NoticeKind
from maillage.notifications.models import MailMessage, Notification, NotificationPreference, NotificationQuiet
from maillage.notifications.values import Frequency, Quiet
from maillage.web.paging import Page, decode_cursor, encode_cursor, moment_and_id, moment_key

PAGE = 30
MAIL_SERVER: Final = "mail"


def inbox(session: Session, actor: Actor, after: str | None) -> Page[Notification]:
    """The actor's notices, unread first, then the newest."""
    is_read = Notification.read_at.is_not(None)
    rows = select(Notification).where(policy.readable_by(actor))
    if key := _inbox_key(after):
        read, at, row_id = key
        older = or_(Notification.at < at, and_(Notification.at == at, Notification.id < row_id))
        rows = rows.where(or_(is_read, older) if not read else and_(is_read, older))
    rows = rows.order_by(is_read, Notification.at.desc(), Notification.id.desc()).limit(PAGE + 1)
    found = list(session.scalars(rows))
    last = found[PAGE - 1] if len(found) > PAGE else None
    cursor = encode_cursor(int(last.read_at is not None), last.at.isoformat(), str(last.id)) if last else None
    return Page(found[:PAGE], cursor)


def unread(actor: Actor) -> ColumnElement[int]:
    """How many notices the actor has not read: for the frame of every page."""
    return select(func.count()).where(policy.readable_by(actor), Notification.read_at.is_(None)).scalar_subquery()


def mails_wait() -> ColumnElement[bool]:
    """Whether mails wait for a mail server that does not answer."""
    return outbox.waits_for(MAIL_SERVER)


def readable(session: Session, actor: Actor, notification_id: UUID) -> Notification | None:
    return session.scalar(select(Notification).where(Notification.id == notification_id, policy.readable_by(actor)))


def preferences(session: Session, actor: Actor) -> dict[str, Frequency]:
    """The frequency in force for each kind that the actor may choose for."""
    chosen = select(NotificationPreference.kind, NotificationPreference.frequency).where(
        NotificationPreference.user_id == actor.user_id
    )
    mine = {kind: Frequency(frequency) for kind, frequency in session.execute(chosen)}
    return {kind.code: mine.get(kind.code, kind.default) for kind in kinds.optional_kinds()}


def frequencies(session: Session, kind: NoticeKind, user_ids: Iterable[UUID]) -> dict[UUID, Frequency]:
    """What those of `user_ids` who chose something chose for this kind."""
    chosen = select(NotificationPreference.user_id, NotificationPreference.frequency).where(
        NotificationPreference.kind == kind.code, NotificationPreference.user_id.in_(list(user_ids))
    )
    return {user_id: Frequency(frequency) for user_id, frequency in session.execute(chosen)}


def quiet_of(session: Session, actor: Actor) -> Quiet:
    """When the actor wants no mail."""
    assert actor.user_id is not None
    return quiets(session, [actor.user_id]).get(actor.user_id, Quiet())


def quiets(session: Session, user_ids: Iterable[UUID]) -> dict[UUID, Quiet]:
    """When those of `user_ids` who said so want no mail."""
    rows = session.scalars(select(NotificationQuiet).where(NotificationQuiet.user_id.in_(list(user_ids))))
    return {row.user_id: Quiet(row.since, row.until, row.weekends) for row in rows}


def readers_of_mails(session: Session, mail_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Whom each of these mails is for, where that is a person."""
    rows = select(Notification.mail_id, Notification.user_id).distinct()
    found = session.execute(rows.where(Notification.mail_id.in_(list(mail_ids)), Notification.user_id.is_not(None)))
    return {mail_id: user_id for mail_id, user_id in found if mail_id and user_id}


def refusing(session: Session, emails: Iterable[str], since: datetime) -> dict[str, datetime]:
    """Those of these addresses whose latest answer, since then, was that they take no mail; and when that was."""
    refused, taken = func.max(Notification.refused_at), func.max(Notification.mailed_at)
    mine = Notification.email.in_([email.lower() for email in emails])
    rows = select(Notification.email, refused).where(mine, Notification.at >= since).group_by(Notification.email)
    found = session.execute(rows.having(refused > func.coalesce(taken, since)))
    return {email: at for email, at in found if at is not None}


def told(session: Session, dedup_key: str) -> set[str]:
    """The addresses to which this has been posted already."""
    return set(session.scalars(select(Notification.email).where(Notification.dedup_key == dedup_key)))


def awaiting_mail(session: Session, mail_ids: Sequence[UUID]) -> dict[UUID, list[Notification]]:
    """What each of these mails has to tell, in their order; without those that have left or were refused."""
    rows = select(Notification).where(
        Notification.mail_id.in_(mail_ids), Notification.mailed_at.is_(None), Notification.refused_at.is_(None)
    )
    found: dict[UUID, list[Notification]] = {mail_id: [] for mail_id in mail_ids}
    for row in session.scalars(rows.order_by(Notification.at.desc(), Notification.id.desc())):
        assert row.mail_id is not None
        found[row.mail_id].append(row)
    return {mail_id: told for mail_id, told in found.items() if told}


def awaiting_digest(session: Session, now: datetime, country: str, limit: int) -> list[str]:
    """Addresses of `country` with something due in a digest."""
    due = select(Notification.email).where(policy.due_for_digest(now, country))
    return list(session.scalars(due.distinct().order_by(Notification.email).limit(limit)))


def kept_mails(session: Session, after: str | None) -> Page[MailMessage]:
    """The mail sink, newest first."""
    rows = select(MailMessage).order_by(MailMessage.at.desc(), MailMessage.id.desc()).limit(PAGE + 1)
    if key := moment_key(after):
        at, row_id = key
        rows = rows.where(or_(MailMessage.at < at, and_(MailMessage.at == at, MailMessage.id < row_id)))
    found = list(session.scalars(rows))
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Page(found[:PAGE], encode_cursor(last.at.isoformat(), str(last.id)) if last else None)


def _inbox_key(after: str | None) -> tuple[bool, datetime, UUID] | None:
    key = decode_cursor(after, 3)
    rest = moment_and_id(key[1], key[2]) if key else None
    return (bool(key[0]), *rest) if key and rest else None
