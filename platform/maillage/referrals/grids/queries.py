"""Reads of filled grids. Every one begins with a situation that exists for the actor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.accounts.queries import user_names
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.errors import NotFound
from maillage.referrals.grids.models import FilledGrid
from maillage.referrals.grids.sealing import open_answers
from maillage.referrals.models import Situation
from maillage.referrals.queries import load_situation, visible_situations
from maillage.referrals.sealing import situation_key
from maillage.surveys import grids
from maillage.surveys.answers import Answer
from maillage.surveys.definition import Grid


@dataclass(frozen=True, slots=True)
class GridLine:
    """A filled grid in the list of a file: its title and dates, none of its words."""

    id: UUID
    title: str
    user_name: str
    updated_at: datetime
    joined_at: datetime | None


@dataclass(frozen=True, slots=True)
class Filled:
    """A grid as it was filled so far."""

    situation: Situation
    row: FilledGrid
    grid: Grid
    answers: dict[str, Answer]
    user_name: str

    @property
    def begun_on(self) -> date:
        return begun_on(self.row)


def begun_on(row: FilledGrid) -> date:
    """The day, where it was filled."""
    return row.begun_at.astimezone(clock.ZONES[row.country]).date()


def lines(session: Session, actor: Actor, situation_id: UUID) -> list[GridLine]:
    """What was filled about a person, the latest first. Raises NotFound."""
    load_situation(session, actor, situation_id)
    rows = of_situation(session, situation_id)
    names = user_names(session, {row.user_id for row in rows})
    return [
        GridLine(
            row.id,
            grids.version_of(row.code, row.grid_version).title,
            names.get(row.user_id, ""),
            row.updated_at,
            row.joined_at,
        )
        for row in reversed(rows)
    ]


def of_situation(session: Session, situation_id: UUID) -> Sequence[FilledGrid]:
    query = select(FilledGrid).where(FilledGrid.situation_id == situation_id)
    return session.scalars(query.order_by(FilledGrid.begun_at, FilledGrid.id)).all()


def filled(session: Session, actor: Actor, grid_id: UUID, *, lock: bool = False) -> Filled:
    """One grid of a file that the actor may read, opened. Raises NotFound."""
    query = (
        visible_situations(actor)
        .join(FilledGrid, FilledGrid.situation_id == Situation.id)
        .where(FilledGrid.id == grid_id)
        .add_columns(FilledGrid)
        .execution_options(populate_existing=True)
    )
    found = session.execute(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound()
    situation, row = found
    answers = open_answers(situation_key(session, situation.id), row)
    name = user_names(session, {row.user_id}).get(row.user_id, "")
    return Filled(situation, row, grids.version_of(row.code, row.grid_version), answers, name)


def draft_of(session: Session, situation_id: UUID, code: str) -> FilledGrid | None:
    """What was begun of this grid and not joined yet."""
    mine = (FilledGrid.situation_id == situation_id, FilledGrid.code == code, FilledGrid.joined_at.is_(None))
    return session.scalars(select(FilledGrid).where(*mine).order_by(FilledGrid.begun_at)).first()
