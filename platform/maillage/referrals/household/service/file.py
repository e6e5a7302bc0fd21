"""Writing in a person's file: next step, what was done, portrait, people around, procedure, autonomy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from maillage.kernel import audit, clock, db
from maillage.kernel.actor import Actor
from maillage.kernel.audit import AuditEntry
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Invalid
from maillage.kernel.ids import new_id
from maillage.referrals import policy
from maillage.referrals.checks import FUTURE, PAST, seems_to_name
from maillage.referrals.household import sealing
from maillage.referrals.household.codes import Moment, Stage
from maillage.referrals.household.content import Around, Entry, FileContent, Grid, NextStep, Portrait, Procedure
from maillage.referrals.household.models import AutonomyGrid, HouseholdEntry, HouseholdFile
from maillage.referrals.household.queries import FileView, file_view, who_may_do_next
from maillage.referrals.models import Situation
from maillage.referrals.queries import load_situation
from maillage.referrals.sealing import open_content, situation_key

READ = "household.read"
READ_AGAIN = timedelta(hours=1)
STALE = "Ce dossier a été modifié ailleurs. Rechargez la page avant de continuer."
NAMES = "Cette ligne s’affiche dans votre liste : n’y nommez pas la personne."
ALREADY_DONE = frozenset({Stage.ARREARS, Stage.OVER})


@dataclass(frozen=True, slots=True)
class Desk:
    """A file opened to be written in."""

    situation: Situation
    key: bytes
    file: HouseholdFile
    content: FileContent


def open_file(actor: Actor, *, situation_id: UUID) -> FileView:
    """The file as the actor may read it; that it was read is noted. Raises NotFound, VaultShut."""
    note_read(actor, situation_id=situation_id)
    situation = load_situation(db.session(), actor, situation_id)
    return file_view(db.session(), situation, situation_key(db.session(), situation_id), actor)


def note_read(actor: Actor, *, situation_id: UUID) -> None:
    """Leave a trace that the actor read of this person, one an hour. Raises NotFound; VaultShut where they cannot."""
    if load_situation(db.session(), actor, situation_id).in_vault:
        situation_key(db.session(), situation_id)
    if not _read_lately(db.session(), actor, situation_id):
        with transaction() as session:
            audit.record(session, actor, READ, "situation", situation_id)


def note(actor: Actor, *, situation_id: UUID, entry: Entry, next_step: NextStep | None = None) -> UUID:
    """Keep what was done for the person, and what is to be done next when that is given. Raises Invalid."""
    policy.ensure_sends(actor)
    assert actor.org_id is not None and actor.user_id is not None
    if entry.happened_on > clock.today(actor.country):
        raise Invalid(fields={"happened_on": FUTURE})
    with transaction() as session:
        desk = open_desk(session, actor, situation_id)
        row = HouseholdEntry(
            id=new_id(), situation_id=situation_id, org_id=actor.org_id, user_id=actor.user_id,
            kind=entry.kind, happened_on=entry.happened_on,
        )  # fmt: skip
        sealing.seal_entry(session, desk.key, row, entry)
        session.add(row)
        if next_step is not None:
            _plan(actor, desk, next_step)
        audit.record(session, actor, "household.note", "situation", situation_id, kind=entry.kind.value)
        return row.id


def plan_next(actor: Actor, *, situation_id: UUID, step: NextStep | None, user_id: UUID | None = None) -> None:
    """Say what is to be done next and when; None: nothing any more. It becomes the actor's to do, or that of the
    colleague `user_id`. Raises Invalid for one who may not read of it.
    """
    policy.ensure_sends(actor)
    with transaction() as session:
        desk = open_desk(session, actor, situation_id)
        if user_id not in (None, actor.user_id):
            _ensure_reads(session, actor, desk.situation, user_id)
        _plan(actor, desk, step, user_id)
        doer = {} if step is None else {"user": str(user_id or actor.user_id)}
        audit.record(session, actor, "household.plan", "situation", situation_id, planned=step is not None, **doer)


def describe(actor: Actor, *, situation_id: UUID, portrait: Portrait, version: int | None = None) -> None:
    """What the person asks for in their own words, strengths, needs."""
    _keep(actor, situation_id, {"portrait": portrait}, version)


def know_around(actor: Actor, *, situation_id: UUID, around: Sequence[Around], version: int | None = None) -> None:
    """Who is around the person."""
    _keep(actor, situation_id, {"around": tuple(around)}, version)


def follow_procedure(actor: Actor, *, situation_id: UUID, procedure: Procedure, version: int | None = None) -> None:
    """Where a procedure stands. A stage may be planned; a first unpaid rent and an end may not. Raises Invalid."""
    today = clock.today(actor.country)
    wrong = {stage.value: FUTURE for stage in ALREADY_DONE if procedure.days.get(stage, today) > today}
    if wrong:
        raise Invalid(fields=wrong)
    _keep(actor, situation_id, {"procedure": procedure}, version)


def assess(actor: Actor, *, situation_id: UUID, moment: Moment, grid: Grid) -> None:
    """Keep autonomy as it is seen at the start or at the end of the support; writing it again replaces it."""
    policy.ensure_sends(actor)
    assert actor.org_id is not None and actor.user_id is not None
    if grid.on > clock.today(actor.country):
        raise Invalid(fields={"on": FUTURE})
    if not grid.levels:
        raise Invalid("Renseignez au moins une ligne.")
    with transaction() as session:
        desk = open_desk(session, actor, situation_id)
        row = session.get(AutonomyGrid, (situation_id, moment.value))
        if row is None:
            row = AutonomyGrid(situation_id=situation_id, moment=moment, org_id=actor.org_id)
            session.add(row)
        row.user_id, row.updated_at = actor.user_id, clock.now()
        row.sealed = sealing.seal_grid(desk.key, row, grid)
        audit.record(session, actor, "household.assess", "situation", situation_id, moment=moment.value)


def open_desk(session: Session, actor: Actor, situation_id: UUID) -> Desk:
    """The file of a situation that the actor may read, locked, begun where there is none yet. Raises NotFound."""
    situation = load_situation(session, actor, situation_id, lock=True)
    policy.ensure_agreed(situation)
    return desk_of(session, situation)


def desk_of(session: Session, situation: Situation) -> Desk:
    """The file of a situation that the caller has found, begun where there is none yet."""
    key = situation_key(session, situation.id)
    file = session.get(HouseholdFile, situation.id)
    if file is None:
        file = HouseholdFile(situation_id=situation.id, org_id=situation.org_id, version=0)
        file.sealed = sealing.seal_file(key, file, FileContent())
        session.add(file)
    return Desk(situation, key, file, sealing.open_file(key, file))


def write_content(desk: Desk, **changed: Any) -> None:
    desk.file.sealed = sealing.seal_file(desk.key, desk.file, desk.content.model_copy(update=changed))
    desk.file.version += 1
    desk.file.updated_at = clock.now()


def _keep(actor: Actor, situation_id: UUID, changed: Mapping[str, Any], version: int | None) -> None:
    policy.ensure_sends(actor)
    with transaction() as session:
        desk = open_desk(session, actor, situation_id)
        if version not in (None, desk.file.version):
            raise Conflict(STALE)
        write_content(desk, **changed)
        audit.record(session, actor, "household.describe", "situation", situation_id, part=",".join(changed))


def _ensure_reads(session: Session, actor: Actor, situation: Situation, user_id: UUID | None) -> None:
    if user_id not in {one.user_id for one in who_may_do_next(session, actor, situation)}:
        raise Invalid(fields={"user_id": "Choisissez une personne qui suit déjà cette situation."})


def _plan(actor: Actor, desk: Desk, step: NextStep | None, user_id: UUID | None = None) -> None:
    """Raises Invalid for a day gone by and for words that name the person."""
    if step is not None:
        _check(step, desk, clock.today(actor.country))
    desk.file.next_on = step.on if step is not None else None
    desk.file.next_user_id = (user_id or actor.user_id) if step is not None else None
    desk.file.next_sealed = sealing.seal_next(desk.key, desk.file, step) if step is not None else None
    desk.file.updated_at = clock.now()


def _check(step: NextStep, desk: Desk, today: date) -> None:
    wrong = {"next_on": PAST} if step.on < today else {}
    if seems_to_name(step.words, open_content(desk.key, desk.situation).person):
        wrong["next_words"] = NAMES
    if wrong:
        raise Invalid(fields=wrong)


def _read_lately(session: Session, actor: Actor, situation_id: UUID) -> bool:
    lately = exists().where(
        AuditEntry.subject_id == situation_id,
        AuditEntry.action == READ,
        AuditEntry.actor_id == actor.user_id,
        AuditEntry.at > clock.now() - READ_AGAIN,
    )
    return bool(session.scalar(select(lately)))
