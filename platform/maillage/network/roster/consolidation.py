"""What the companies answered, side by side: a table with its totals, and the same as a file."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from maillage.kernel.tables import in_cell
from maillage.network.roster.models import AnswerKind, Report, ReportForm


@dataclass(frozen=True, slots=True)
class Consolidated:
    """`rows`: a company with its answers, those handed in; `missing`: the others, by name."""

    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]
    totals: Sequence[str]
    missing: Sequence[str]


def consolidate(form: ReportForm, companies: Mapping[UUID, str], reports: Mapping[UUID, Report]) -> Consolidated:
    done = [(name, reports[org_id]) for org_id, name in companies.items() if _handed_in(reports.get(org_id))]
    rows = [(name, [_words(report.answers.get(one["code"])) for one in form.questions]) for name, report in done]
    return Consolidated(
        columns=[one["label"] for one in form.questions],
        rows=rows,
        totals=[_total(one, [report.answers.get(one["code"]) for _, report in done]) for one in form.questions],
        missing=[name for org_id, name in companies.items() if not _handed_in(reports.get(org_id))],
    )


def as_csv(told: Consolidated) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";")
    writer.writerow(["organisation", *map(in_cell, told.columns)])
    for name, cells in told.rows:
        writer.writerow(map(in_cell, [name, *cells]))
    for name in told.missing:
        writer.writerow([in_cell(name), "non rendu"])
    return ("\ufeff" + file.getvalue()).encode()  # so that spreadsheets read the accents


def _handed_in(report: Report | None) -> bool:
    return report is not None and report.handed_in_at is not None


def _total(question: dict[str, Any], values: list[Any]) -> str:
    told = [one for one in values if one is not None]
    if question["kind"] == AnswerKind.NUMBER:
        return _words(round(sum(told), 2)) if told else ""
    if question["kind"] == AnswerKind.YES_NO:
        return f"{sum(told)} oui sur {len(told)}"
    return ""


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, (int, float)):
        return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")
    return value or ""
