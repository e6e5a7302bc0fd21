"""What was done in the name of an organisation, or by the platform: who, what, when, about what, why."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from maillage.accounts.models import AccessGrant, Membership, Organization, OrganizationKind
from maillage.accounts.queries.people import organization_names, user_names
from maillage.accounts.words import reason_in_words, subject_names
from maillage.kernel import clock
from maillage.kernel.audit import PLATFORM_CHAIN, AuditEntry
from maillage.kernel.ids import parse_id
from maillage.kernel.scope import unscoped
from maillage.web.paging import Page, decode_cursor, encode_cursor

PAGE: Final = 50
BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class JournalSearch:
    """Which entries of a journal: by whom, of which sort (the beginning of an action), between two days included."""

    who: UUID | None = None
    what: str = ""
    since: date | None = None
    until: date | None = None
    country: str = "FR"

    def clauses(self) -> Iterator[ColumnElement[bool]]:
        if self.who is not None:
            yield AuditEntry.actor_id == self.who
        if self.what:
            yield AuditEntry.action.startswith(f"{self.what}.", autoescape=True)
        if self.since is not None:
            yield AuditEntry.at >= self._midnight(self.since)
        if self.until is not None and self.until < date.max:
            yield AuditEntry.at < self._midnight(self.until + timedelta(days=1))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), clock.ZONES.get(self.country, clock.ZONES["FR"]))


@dataclass(frozen=True, slots=True)
class JournalLine:
    at: datetime
    who: str
    action: str
    subject: str
    details: dict[str, str]
    why: str
    whom: str
    channel: str


def journal(
    session: Session, org_id: UUID, after: str | None, search: JournalSearch = JournalSearch()
) -> Page[JournalLine]:
    """What was done in the name of the organisation, the last first.

    It names its own members, past or present, and whom it invited by the name that it typed itself. Who somebody is
    elsewhere, or that they are somewhere at all, is not this organisation's to read.
    """
    return _page(session, _entries(session, [AuditEntry.chain == org_id, *search.clauses()], after), org_id)


def platform_journal(session: Session, after: str | None) -> Page[JournalLine]:
    """What the platform itself and its host did."""
    hosts = select(Organization.id).where(Organization.kind == OrganizationKind.HOST)
    with unscoped("the journal of the platform itself", AuditEntry):
        entries = _entries(session, [or_(AuditEntry.chain == PLATFORM_CHAIN, AuditEntry.chain.in_(hosts))], after)
    return _page(session, entries)  # what the entries are about keeps its name from whoever may not know it


def count_journal(session: Session, org_id: UUID, search: JournalSearch) -> int:
    entries = select(func.count()).select_from(AuditEntry).where(AuditEntry.chain == org_id, *search.clauses())
    return session.scalar(entries) or 0


def journal_entries(session: Session, org_id: UUID, search: JournalSearch) -> Iterator[list[tuple[int, JournalLine]]]:
    """Every entry with its number, the first first, batch by batch: for an export, which may be long."""
    seq = 0
    query = select(AuditEntry).where(AuditEntry.chain == org_id, *search.clauses()).order_by(AuditEntry.seq)
    while entries := session.scalars(query.where(AuditEntry.seq > seq).limit(BATCH)).all():
        seq = entries[-1].seq
        yield list(zip((entry.seq for entry in entries), _lines(session, entries, org_id), strict=True))


def journal_people(session: Session, org_id: UUID) -> dict[UUID, str]:
    """Everybody who left a trace in the organisation's journal, by name; those who left it since too."""
    there = select(AuditEntry.actor_id).where(AuditEntry.chain == org_id, AuditEntry.actor_id.is_not(None)).distinct()
    acted = [user_id for user_id in session.scalars(there) if user_id is not None]
    found = user_names(session, _members(session, acted, org_id))
    return dict(sorted(found.items(), key=lambda item: item[1]))


def _entries(session: Session, where: Iterable[ColumnElement[bool]], after: str | None) -> Sequence[AuditEntry]:
    """Those of one page, and one more when another page follows."""
    query = select(AuditEntry).where(*where).order_by(AuditEntry.id.desc())
    cursor = decode_cursor(after, 1)
    last = parse_id(cursor[0]) if cursor else None
    if last:
        query = query.where(AuditEntry.id < last)
    return session.scalars(query.limit(PAGE + 1)).all()


def _page(session: Session, entries: Sequence[AuditEntry], org_id: UUID | None = None) -> Page[JournalLine]:
    shown = entries[:PAGE]
    return Page(_lines(session, shown, org_id), encode_cursor(str(shown[-1].id)) if len(entries) > PAGE else None)


def _lines(session: Session, entries: Sequence[AuditEntry], org_id: UUID | None) -> list[JournalLine]:
    names = _names_in(session, entries, org_id)
    return [_line(entry, names) for entry in entries]


def _line(entry: AuditEntry, names: dict[UUID, str]) -> JournalLine:
    details = {key: str(value) for key, value in entry.details.items() if value not in (None, "")}
    return JournalLine(
        at=entry.at,
        who=_who(entry, names),
        action=entry.action,
        subject=_subject(entry, names),
        details=details,
        why=reason_in_words(entry.action, details),
        whom=names.get(whom, "") if (whom := _whom(entry)) is not None else "",
        channel=entry.channel,
    )


def _whom(entry: AuditEntry) -> UUID | None:
    """To whom something was entrusted, or opened."""
    return parse_id(str(entry.details.get("user", "")))


def _who(entry: AuditEntry, names: dict[UUID, str]) -> str:
    """A person, the mailbox in which somebody answered without an account, or the platform itself."""
    return names.get(entry.actor_id, "Quelqu’un") if entry.actor_id else str(entry.details.get("mailbox") or "Maillage")


def _names_in(session: Session, entries: Iterable[AuditEntry], org_id: UUID | None) -> dict[UUID, str]:
    """Names of those whom the entries are about; with `org_id`, only what this organisation knows by itself."""
    about: dict[str, set[UUID]] = {}
    for entry in entries:
        about.setdefault("user", set()).update(filter(None, [entry.actor_id, _whom(entry)]))
        about.setdefault(entry.subject_kind, set()).update(filter(None, [entry.subject_id]))
    people, bodies = about.pop("user", set()), about.pop("organization", set())
    if org_id is not None:
        people, bodies = _members(session, people, org_id), bodies & {org_id}
    invited = session.execute(
        select(AccessGrant.id, AccessGrant.name).where(AccessGrant.id.in_(about.pop("invitation", set())))
    )
    names = (
        user_names(session, people) | organization_names(session, bodies) | {row[0]: row[1] or "" for row in invited}
    )
    for kind, ids in about.items():
        names |= subject_names(session, kind, ids)
    return names


def _members(session: Session, people: Collection[UUID], org_id: UUID) -> set[UUID]:
    """Those among these people who work, or worked, in the organisation."""
    there = select(Membership.user_id).where(Membership.org_id == org_id, Membership.user_id.in_(people))
    return set(session.scalars(there))


def _subject(entry: AuditEntry, names: dict[UUID, str]) -> str:
    """Whom or what an entry is about, when it has a name here and is not the one who acted."""
    if entry.subject_id is None or entry.subject_id == entry.actor_id:
        return ""
    return names.get(entry.subject_id, "")
