"""Reads of a file. Every one begins with the situations that exist for the actor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from maillage.accounts.queries import colleagues, user_names, who_reads
from maillage.accounts.queries.people import Colleague
from maillage.accounts.roles import permissions_of
from maillage.kernel.actor import Actor
from maillage.kernel.audit import AuditEntry
from maillage.kernel.content_keys import find_keys, open_keys
from maillage.kernel.errors import VaultShut
from maillage.referrals import policy
from maillage.referrals.household import sealing
from maillage.referrals.household.codes import EntryKind, Moment
from maillage.referrals.household.content import Entry, FileContent, Grid, NextStep
from maillage.referrals.household.models import (
    AutonomyGrid,
    HouseholdEntry,
    HouseholdFile,
    HouseholdPerson,
    SituationReader,
)
from maillage.referrals.models import Referral, Situation
from maillage.referrals.queries import visible_situations
from maillage.referrals.queries.bars import assignable
from maillage.referrals.sealing import SITUATION, situation_key

STEPS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class EntryLine:
    """Something that was done. `closed`: its words are in a vault which is not open here."""

    entry: Entry
    user_name: str
    written_at: datetime
    closed: bool = False


@dataclass(frozen=True, slots=True)
class StepLine:
    """What is to be done next for somebody, in a worker's list. `closed`: its words are in a vault that is shut."""

    situation_id: UUID
    reference: str
    words: str
    on: date
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Another person of the household, by the reference of their own situation."""

    situation_id: UUID
    reference: str


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as one actor may read it. `readers` are named once the situation is kept apart."""

    situation_id: UUID
    reference: str
    version: int
    content: FileContent
    next_step: NextStep | None
    next_user_id: UUID | None
    next_user: str
    entries: tuple[EntryLine, ...]
    grids: Mapping[Moment, Grid]
    household: tuple[Person, ...]
    readers: tuple[str, ...]

    @property
    def apart(self) -> bool:
        return any(other.told for other in self.content.kept_apart)

    @property
    def closed(self) -> int:
        return sum(line.closed for line in self.entries)


def file_view(session: Session, situation: Situation, key: bytes, actor: Actor) -> FileView:
    """The file of a situation that was loaded for the actor, opened."""
    file = session.get(HouseholdFile, situation.id)
    entries = _entries(session, situation.id)
    readers = readers_of(session, [situation.id])
    people = {entry.user_id for entry in entries} | readers
    if file is not None and file.next_user_id is not None:
        people.add(file.next_user_id)
    names = user_names(session, people)
    return FileView(
        situation_id=situation.id,
        reference=situation.reference,
        version=file.version if file is not None else 0,
        content=sealing.open_file(key, file) if file is not None else FileContent(),
        next_step=sealing.open_next(key, file) if file is not None else None,
        next_user_id=file.next_user_id if file is not None else None,
        next_user=names.get(file.next_user_id, "") if file is not None and file.next_user_id else "",
        entries=tuple(_entry_line(key, row, names.get(row.user_id, "")) for row in entries),
        grids={Moment(row.moment): sealing.open_grid(key, row) for row in _grids(session, situation.id)},
        household=_household(session, actor, situation.id),
        readers=tuple(sorted(names[user_id] for user_id in readers if user_id in names)),
    )


def next_steps(session: Session, actor: Actor) -> tuple[StepLine, ...]:
    """What the actor is to do next, the earliest day first."""
    query = (
        visible_situations(actor)
        .join(HouseholdFile, HouseholdFile.situation_id == Situation.id)
        .where(HouseholdFile.next_user_id == actor.user_id, HouseholdFile.next_on.is_not(None))
        .order_by(HouseholdFile.next_on, Situation.id)
        .limit(STEPS_SHOWN)
        .add_columns(HouseholdFile)
    )
    rows = session.execute(query).all()
    known = find_keys(session, SITUATION, [situation.id for situation, _ in rows])
    found = []
    for situation, file in rows:
        if situation.id in known.shut:
            found.append(StepLine(situation.id, situation.reference, "", file.next_on, closed=True))
        elif situation.id in known.keys and (step := sealing.open_next(known.keys[situation.id], file)) is not None:
            found.append(StepLine(situation.id, situation.reference, step.words, step.on))
    return tuple(found)


def next_step(session: Session, situation_id: UUID) -> NextStep | None:
    """What is to be done next for the person of a situation that the caller has loaded."""
    file = session.get(HouseholdFile, situation_id)
    if file is None or file.next_sealed is None:
        return None
    return sealing.open_next(situation_key(session, situation_id), file)


def readers_of(session: Session, situation_ids: Sequence[UUID], *, org_id: UUID | None = None) -> set[UUID]:
    """Who alone may read these situations; nobody named: they are not kept apart."""
    query = select(SituationReader.user_id).where(SituationReader.situation_id.in_(situation_ids))
    return set(session.scalars(query if org_id is None else query.where(SituationReader.org_id == org_id)))


def unread(session: Session, org_id: UUID) -> Sequence[Situation]:
    """Situations kept apart whose readers have all left, or refer no more: nobody of the organisation reads them."""
    present = [one.user_id for one in colleagues(session, org_id) if policy.SEND in permissions_of(one.roles)]
    named = exists().where(SituationReader.situation_id == Situation.id)
    query = select(Situation).where(
        Situation.org_id == org_id,
        Situation.erased_at.is_(None),
        named,
        ~named.where(SituationReader.user_id.in_(present)),
    )
    return session.scalars(query.order_by(Situation.reference)).all()


def household_of(session: Session, situation_id: UUID) -> list[UUID]:
    """The situations of the same household, this one included."""
    mine = select(HouseholdPerson.household_id).where(HouseholdPerson.situation_id == situation_id)
    query = select(HouseholdPerson.situation_id).where(HouseholdPerson.household_id.in_(mine))
    return sorted({situation_id, *session.scalars(query)})


def opposed_to(session: Session, situation_ids: Sequence[UUID]) -> set[UUID]:
    """Situations of persons opposed to these, with their households. For keeping them apart: it is shown to nobody."""
    files = session.scalars(select(HouseholdFile).where(HouseholdFile.situation_id.in_(situation_ids))).all()
    keys = open_keys(session, SITUATION, [file.situation_id for file in files])
    opened = [sealing.open_file(keys[file.situation_id], file) for file in files if file.situation_id in keys]
    links = {other.situation_id for content in opened for other in content.kept_apart}
    return {one for link in links for one in household_of(session, link)}


def who_may_follow(session: Session, actor: Actor, situation_ids: Sequence[UUID]) -> list[Colleague]:
    """Colleagues who refer, and who have had nothing to do with the persons opposed to these."""
    assert actor.org_id is not None
    barred = acquainted_with(session, opposed_to(session, situation_ids))
    return [
        one
        for one in colleagues(session, actor.org_id)
        if policy.SEND in permissions_of(one.roles) and one.user_id not in barred
    ]


def who_may_do_next(session: Session, actor: Actor, situation: Situation) -> list[Colleague]:
    """Colleagues to whom the next action may be given: they refer, and read this situation already. Nobody comes to
    read it by being charged with something."""
    assert actor.org_id is not None
    named = readers_of(session, [situation.id])
    near = who_reads(session, actor.org_id, [situation.created_by])

    def reads(one: Colleague) -> bool:
        if named:
            return one.user_id in named
        return policy.READ_ORGANIZATION in permissions_of(one.roles) and (near is None or one.user_id in near)

    return [
        one
        for one in assignable(session, actor.org_id, situation.id)
        if policy.SEND in permissions_of(one.roles) and reads(one)
    ]


def who_may_take_the_other(session: Session, actor: Actor, situation: Situation) -> list[Colleague]:
    """Colleagues who may follow somebody opposed to this person: they have had nothing to do with this one."""
    barred = acquainted_with(session, set(household_of(session, situation.id))) | {actor.user_id}
    return [one for one in who_may_follow(session, actor, []) if one.user_id not in barred]


def acquainted_with(session: Session, situation_ids: set[UUID]) -> set[UUID | None]:
    """Who wrote in these situations or their referrals, opened their file, or is named to read them."""
    wanted = list(situation_ids)
    if not wanted:
        return set()
    written = select(Situation.created_by).where(Situation.id.in_(wanted))
    sent = select(Referral.id).where(Referral.situation_id.in_(wanted))
    about = or_(AuditEntry.subject_id.in_(wanted), AuditEntry.subject_id.in_(sent))
    traced = select(AuditEntry.actor_id).where(about)
    return {*session.scalars(written), *session.scalars(traced), *readers_of(session, wanted)}


def _household(session: Session, actor: Actor, situation_id: UUID) -> tuple[Person, ...]:
    others = [one for one in household_of(session, situation_id) if one != situation_id]
    rows = session.scalars(visible_situations(actor).where(Situation.id.in_(others)).order_by(Situation.reference))
    return tuple(Person(row.id, row.reference) for row in rows)


def _entries(session: Session, situation_id: UUID) -> Sequence[HouseholdEntry]:
    query = select(HouseholdEntry).where(HouseholdEntry.situation_id == situation_id)
    return session.scalars(query.order_by(HouseholdEntry.happened_on.desc(), HouseholdEntry.id.desc())).all()


def _entry_line(key: bytes, row: HouseholdEntry, user_name: str) -> EntryLine:
    try:
        return EntryLine(sealing.open_entry(key, row), user_name, row.written_at)
    except VaultShut:
        known = Entry(kind=EntryKind(row.kind), happened_on=row.happened_on)
        return EntryLine(known, user_name, row.written_at, closed=True)


def _grids(session: Session, situation_id: UUID) -> Sequence[AutonomyGrid]:
    return session.scalars(select(AutonomyGrid).where(AutonomyGrid.situation_id == situation_id)).all()
