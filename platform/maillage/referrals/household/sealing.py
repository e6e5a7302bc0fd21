"""What of a file is sealed where: under the key of its situation, each value bound to its row."""

from uuid import UUID

from maillage.kernel.crypto import seal, unseal
from maillage.referrals.household.content import Entry, FileContent, Grid, NextStep
from maillage.referrals.household.models import AutonomyGrid, HouseholdEntry, HouseholdFile
from maillage.referrals.sealing import context


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


def seal_entry(key: bytes, row: HouseholdEntry, entry: Entry) -> bytes:
    return seal(key, entry.model_dump(mode="json"), context("household_entry", row.id, "content", row.org_id))


def open_entry(key: bytes, row: HouseholdEntry) -> Entry:
    return Entry.model_validate(unseal(key, row.sealed, context("household_entry", row.id, "content", row.org_id)))


def seal_grid(key: bytes, row: AutonomyGrid, grid: Grid) -> bytes:
    return seal(key, grid.model_dump(mode="json"), _of_grid(row.situation_id, row.moment, row.org_id))


def open_grid(key: bytes, row: AutonomyGrid) -> Grid:
    return Grid.model_validate(unseal(key, row.sealed, _of_grid(row.situation_id, row.moment, row.org_id)))


def _of_file(file: HouseholdFile, field: str) -> str:
    return context("household_file", file.situation_id, field, file.org_id)


def _of_grid(situation_id: UUID, moment: str, org_id: UUID) -> str:
    return context("autonomy_grid", situation_id, moment, org_id)
