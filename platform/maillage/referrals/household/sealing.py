"""What of a file is sealed where: under its situation's key, each value bound to its row, entries in a vault too."""

from uuid import UUID

from sqlalchemy.orm import Session

from maillage.kernel.crypto import seal, unseal
from maillage.referrals.household.content import Entry, FileContent, Grid, NextStep
from maillage.referrals.household.models import AutonomyGrid, HouseholdEntry, HouseholdFile
from maillage.referrals.sealing import context
from maillage.referrals.vaulting import open_own, seal_own


def seal_file(key: bytes, file: HouseholdFile, content: FileContent) -> bytes:
    return seal(key, content.model_dump(mode="json"), _of_file(file, "content"))


def open_file(key: bytes, file: HouseholdFile) -> FileContent:
    return FileContent.model_validate(unseal(key, file.sealed, _of_file(file, "content")))


def seal_next(key: bytes, file: HouseholdFile, step: NextStep) -> bytes:
    return seal(key, step.model_dump(mode="json"), _of_file(file, "next"))


def open_next(key: bytes, file: HouseholdFile) -> NextStep | None:
    if file.next_sealed is None:
        return None
    return NextStep.model_validate(unseal(key, file.next_sealed, _of_file(file, "next")))


def seal_entry(session: Session, key: bytes, row: HouseholdEntry, entry: Entry) -> None:
    told = entry.model_dump(mode="json")
    row.vault_id, row.sealed = seal_own(session, row.org_id, key, told, _of_entry(row))


def open_entry(key: bytes, row: HouseholdEntry) -> Entry:
    """Raises VaultShut for one in a vault that is not open here."""
    return Entry.model_validate(open_own(key, row.vault_id, row.sealed, _of_entry(row)))


def seal_grid(key: bytes, row: AutonomyGrid, grid: Grid) -> bytes:
    return seal(key, grid.model_dump(mode="json"), _of_grid(row.situation_id, row.moment, row.org_id))


def open_grid(key: bytes, row: AutonomyGrid) -> Grid:
    return Grid.model_validate(unseal(key, row.sealed, _of_grid(row.situation_id, row.moment, row.org_id)))


def _of_file(file: HouseholdFile, field: str) -> str:
    return context("household_file", file.situation_id, field, file.org_id)


def _of_entry(row: HouseholdEntry) -> str:
    return context("household_entry", row.id, "content", row.org_id)


def _of_grid(situation_id: UUID, moment: str, org_id: UUID) -> str:
    return context("autonomy_grid", situation_id, moment, org_id)
