"""What is held in the file of a person, sealed under the key of the situation."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from maillage.kernel.errors import VaultShut
from maillage.kernel.lifecycle import Holding
from maillage.referrals import sealing
from maillage.referrals.household.models import AutonomyGrid, HouseholdEntry, HouseholdFile
from maillage.referrals.household.sealing import open_entry, open_file, open_grid, open_next
from maillage.referrals.rights.holdings import itself


def _blank(session: Session, ids: Sequence[UUID]) -> None:
    gone = {"sealed": b"", "next_sealed": None, "next_on": None, "next_user_id": None}
    session.execute(update(HouseholdFile).where(HouseholdFile.situation_id.in_(ids)).values(**gone))
    session.execute(update(HouseholdEntry).where(HouseholdEntry.situation_id.in_(ids)).values(sealed=b""))
    session.execute(update(AutonomyGrid).where(AutonomyGrid.situation_id.in_(ids)).values(sealed=b""))


def _entries(session: Session, situation_id: UUID, key: bytes) -> list[dict[str, Any]]:
    """What was done for the person, by day, with the words that can be opened."""
    rows = session.scalars(
        select(HouseholdEntry)
        .where(HouseholdEntry.situation_id == situation_id)
        .order_by(HouseholdEntry.happened_on, HouseholdEntry.id)
    )
    return [{"on": row.happened_on.isoformat(), "kind": row.kind, "words": _words(key, row)} for row in rows]


def _words(key: bytes, row: HouseholdEntry) -> dict[str, Any] | None:
    with suppress(VaultShut):
        return open_entry(key, row).model_dump(mode="json")
    return None


def _export(session: Session, situation_id: UUID) -> dict[str, Any]:
    key = sealing.situation_key(session, situation_id)
    file = session.get(HouseholdFile, situation_id)
    following = open_next(key, file) if file is not None else None
    grids = session.scalars(select(AutonomyGrid).where(AutonomyGrid.situation_id == situation_id)).all()
    return {
        # Somebody opposed is never told by this copy that there is another file.
        "content": open_file(key, file).model_dump(mode="json", exclude={"kept_apart"}) if file is not None else None,
        "next": following.model_dump(mode="json") if following is not None else None,
        "entries": _entries(session, situation_id, key),
        "grids": [
            {
                "on": grid.updated_at.date().isoformat(),
                "moment": grid.moment,
                "words": open_grid(key, grid).model_dump(mode="json"),
            }
            for grid in sorted(grids, key=lambda grid: grid.updated_at)
        ],
    }


FILES: Final = Holding("file", sealing.SITUATION, sealing.SITUATION, itself, _blank, _export)
