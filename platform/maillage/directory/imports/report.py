"""What an import did, and what it refused and why."""

import csv
from dataclasses import dataclass, field
from pathlib import Path

from maillage.kernel.tables import in_cell


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that could not be taken. `kept`: the row came in without this field."""

    line: int
    field: str
    reason: str
    record: str = ""
    kept: bool = False


@dataclass(slots=True)
class Report:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    dry_run: bool = False

    def refuse(self, refusal: Refusal) -> None:
        self.refused += 1
        self.refusals.append(refusal)

    def counts(self) -> dict[str, int]:
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "refused": self.refused,
        }

    def write_refusals(self, path: Path) -> None:
        """A CSV that a spreadsheet opens, one line per refused row or field."""
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(["ligne", "enregistrement", "champ", "motif", "ligne retenue"])
            for refusal in sorted(self.refusals, key=lambda found: found.line):
                kept = "oui" if refusal.kept else "non"
                writer.writerow([refusal.line, in_cell(refusal.record), in_cell(refusal.field), refusal.reason, kept])
