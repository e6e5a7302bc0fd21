"""What is held of filled grids, sealed under the key of the situation."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from maillage.kernel.lifecycle import Holding
from maillage.referrals import sealing
from maillage.referrals.grids.models import FilledGrid
from maillage.referrals.grids.queries import begun_on, of_situation
from maillage.referrals.grids.sealing import open_answers
from maillage.referrals.rights.holdings import itself
from maillage.surveys import grids
from maillage.surveys.presenters import parts


def _blank(session: Session, ids: Sequence[UUID]) -> None:
    session.execute(update(FilledGrid).where(FilledGrid.situation_id.in_(ids)).values(sealed=b""))


def _export(session: Session, situation_id: UUID) -> list[dict[str, Any]]:
    """Each grid with the words of its questions and answers: a code would tell a person nothing."""
    key = sealing.situation_key(session, situation_id)
    return [_told(row, key) for row in of_situation(session, situation_id)]


def _told(row: FilledGrid, key: bytes) -> dict[str, Any]:
    grid = grids.version_of(row.code, row.grid_version)
    found = parts(grid, row.country, open_answers(key, row), begun_on(row))
    lines = [line for part in found for line in part.lines if line.value]
    figures = [figure for part in found for figure in part.figures if figure.value]
    return {
        "grid": grid.title,
        "on": begun_on(row).isoformat(),
        "draft": row.joined_at is None,
        "answers": [{"question": line.question.label, "answer": list(line.value)} for line in lines],
        "computed": [{"question": it.question.label, "answer": [it.value]} for it in figures],
    }


GRIDS: Final = Holding("filled_grids", sealing.SITUATION, sealing.SITUATION, itself, _blank, _export)
