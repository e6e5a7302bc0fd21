"""The file formats that can be imported: how each is read, and how a row becomes a draft."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from maillage.directory.imports import data_inclusion, france_services
from maillage.directory.imports.drafts import Draft
from maillage.directory.imports.reading import RawRow, read_csv, read_json


@dataclass(frozen=True, slots=True)
class Format:
    label: str
    read: Callable[[Path, tuple[str, ...]], Iterator[RawRow]]
    required: tuple[str, ...]
    to_draft: Callable[[int, dict[str, Any]], Draft]


_COUNSELLOR_COLUMNS = tuple(name for name in data_inclusion.STRUCTURE_COLUMNS if name != "source")

FORMATS: Final[Mapping[str, Format]] = {
    "france-services": Format("France services", read_csv, france_services.COLUMNS, france_services.to_draft),
    "conseillers-numeriques": Format(
        "Conseillers numériques", read_csv, _COUNSELLOR_COLUMNS, data_inclusion.counsellor_to_draft
    ),
    "data-inclusion-structures": Format(
        "data·inclusion, structures", read_csv, data_inclusion.STRUCTURE_COLUMNS, data_inclusion.structure_to_draft
    ),
    "data-inclusion-services": Format(
        "data·inclusion, services", read_json, data_inclusion.SERVICE_FIELDS, data_inclusion.service_to_draft
    ),
}
