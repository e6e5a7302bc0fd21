"""Drafts into the database, a batch a transaction: the new are created, the changed updated, the others left alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.orm import Session

from maillage.accounts.models import Organization, OrganizationStatus
from maillage.directory.imports.drafts import Draft, OrganizationDraft, RowError
from maillage.directory.imports.formats import FORMATS, Format
from maillage.directory.imports.marks import marker
from maillage.directory.imports.reading import RawRow
from maillage.directory.imports.report import Refusal, Report
from maillage.directory.models import Location, OrganizationProfile, Service, ServiceArea
from maillage.directory.policy import may_import
from maillage.directory.service.changes import enqueue_projection, touch_many
from maillage.directory.vocabulary import UNNAMED_ORGANIZATION, ServiceStatus
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Forbidden
from maillage.kernel.ids import new_id
from maillage.kernel.progress import Progress, untold

READ, BATCH = 2_000, 500
"""Rows looked up together, records written together."""
Key = tuple[str, str]
_LISTED = OrganizationStatus.LISTED


@dataclass(frozen=True, slots=True)
class _Incoming:
    """A row that is not the one of the last import."""

    line: int
    draft: Draft
    mark: str | None
    """None when there is something to tell of the row: it is then read each time, and told each time."""

    @property
    def key(self) -> Key:
        return self.draft.source_name, self.draft.source_id


@dataclass(frozen=True, slots=True)
class _Known:
    """A service of an earlier import."""

    id: UUID
    digest: str
    mark: str | None
    version: int
    edition: int
    claimed: bool


@dataclass(slots=True)
class _Plan:
    """What a batch will write."""

    new: list[tuple[UUID, _Incoming]] = field(default_factory=list)
    changed: list[tuple[_Known, _Incoming]] = field(default_factory=list)
    marked: list[tuple[UUID, str | None]] = field(default_factory=list)
    """The same record from another row: only the mark is written, so that the next import skips it."""

    @property
    def written(self) -> list[tuple[UUID, Draft]]:
        created = [(service_id, one.draft) for service_id, one in self.new]
        return created + [(known.id, one.draft) for known, one in self.changed]


def run_import(actor: Actor, *, path: Path, format: str, dry_run: bool = False, progress: Progress = untold) -> Report:
    """Import a file; a bad row is refused alone. With `dry_run` nothing is written and the report is the same.

    Raises Invalid when the file is not of this format at all.
    """
    if not may_import(actor):
        raise Forbidden()
    report = Report(dry_run=dry_run)
    rows = list(FORMATS[format].read(path, FORMATS[format].required))
    seen: dict[Key, int] = {}
    waiting: list[_Incoming] = []
    for done in range(0, len(rows), READ):
        waiting += _incoming(format, rows[done : done + READ], seen, report)
        last = done + READ >= len(rows)
        while len(waiting) >= BATCH or (waiting and last):
            _take(actor, format, waiting[:BATCH], report)
            del waiting[:BATCH]
        progress(min(done + READ, len(rows)), len(rows))
    return report


def _take(actor: Actor, format: str, batch: Sequence[_Incoming], report: Report) -> None:
    if report.dry_run:
        _plan(session(), batch, report)
    else:
        _write_batch(actor, format, batch, report)


def _incoming(format: str, rows: Sequence[RawRow], seen: dict[Key, int], report: Report) -> Iterator[_Incoming]:
    """The rows that may change something; `seen` says on which line each record of this file was read."""
    mark_of = marker(format)
    marks = [mark_of(row.said) for row in rows]
    unchanged = _marked(marks)
    for row, mark in zip(rows, marks, strict=True):
        key = unchanged.get(mark)
        draft = None if key else _draft(FORMATS[format], row, report)
        key = (draft.source_name, draft.source_id) if draft else key
        if key is None:
            continue
        if key in seen:
            reason = f"Identifiant déjà lu à la ligne {seen[key]}."
            report.refuse(Refusal(row.line, "id", reason, record=key[1]))
            continue
        seen[key] = row.line
        if draft is None:
            report.unchanged += 1
        else:
            report.refusals.extend(draft.remarks)
            yield _Incoming(row.line, draft, None if draft.remarks else mark)


def _draft(form: Format, raw: RawRow, report: Report) -> Draft | None:
    row = raw.read()
    if isinstance(row, Refusal):
        report.refuse(row)
        return None
    try:
        return form.to_draft(raw.line, row)
    except RowError as error:
        record = str(row.get("id") or row.get("id_fs") or "")
        report.refuse(Refusal(raw.line, error.field, error.reason, record=record))
        return None


def _marked(marks: Sequence[str]) -> dict[str, Key]:
    """Those of these marks that a service bears, with its key."""
    rows = session().execute(
        select(Service.source_mark, Service.source_name, Service.source_id).where(Service.source_mark.in_(marks))
    )
    return {str(mark): (str(name), str(identifier)) for mark, name, identifier in rows}


def _write_batch(actor: Actor, format: str, batch: Sequence[_Incoming], report: Report) -> None:
    with transaction() as tx:
        plan = _plan(tx, batch, report)
        if plan.marked:
            tx.execute(update(Service), [{"id": service_id, "source_mark": mark} for service_id, mark in plan.marked])
        if not plan.written:
            return
        organizations = _ensure_organizations(tx, plan.written)
        _insert_services(tx, plan.new, organizations)
        _update_services(tx, plan.changed)
        _insert_places(tx, plan.written)
        enqueue_projection(tx, [service_id for service_id, _ in plan.written])
        audit.record(
            tx, actor, "directory.imported", "directory", None,
            format=format, created=len(plan.new), updated=len(plan.changed),
        )  # fmt: skip


def _plan(current: Session, batch: Sequence[_Incoming], report: Report) -> _Plan:
    plan = _Plan()
    known = _known(current, [one.key for one in batch])
    for one in batch:
        found = known.get(one.key)
        if found is None:
            plan.new.append((new_id(), one))
        elif found.digest == one.draft.digest:
            report.unchanged += 1
            if found.mark != one.mark:
                plan.marked.append((found.id, one.mark))
        elif found.claimed:
            reason = "La fiche est désormais tenue par son organisation."
            report.refuse(Refusal(one.line, "", reason, record=one.draft.source_id))
        else:
            plan.changed.append((found, one))
    report.created += len(plan.new)
    report.updated += len(plan.changed)
    return plan


def _known(current: Session, keys: Sequence[Key]) -> dict[Key, _Known]:
    rows = current.execute(
        select(
            Service.id,
            Service.source_name,
            Service.source_id,
            Service.source_digest,
            Service.source_mark,
            Service.version,
            Service.edition,
            Organization.status,
        )
        .join(Organization, Organization.id == Service.org_id)
        .where(
            Service.source_name.in_({name for name, _ in keys}),
            Service.source_id.in_([identifier for _, identifier in keys]),
        )
    )
    return {
        (row.source_name, row.source_id): _Known(
            row.id, row.source_digest or "", row.source_mark, row.version, row.edition, row.status != _LISTED
        )
        for row in rows
    }


def _ensure_organizations(tx: Session, written: Sequence[tuple[UUID, Draft]]) -> dict[Key, UUID]:
    """Ids of the organisations behind these drafts, listed anew where they were unknown."""
    wanted: dict[Key, OrganizationDraft] = {}
    for draft in (draft.organization for _, draft in written):
        key = (draft.source, draft.source_id)
        if key not in wanted or wanted[key].name == UNNAMED_ORGANIZATION:
            wanted[key] = draft
    columns = (Organization.id, Organization.name, Organization.source, Organization.source_id, Organization.status)
    rows = tx.execute(
        select(*columns).where(tuple_(Organization.source, Organization.source_id).in_(list(wanted)))
    ).all()
    found: dict[Key, UUID] = {(row.source, row.source_id): row.id for row in rows}
    fresh = {key: new_id() for key in wanted if key not in found}
    if fresh:
        tx.execute(insert(Organization), [_organization_row(org_id, wanted[key]) for key, org_id in fresh.items()])
        tx.execute(insert(OrganizationProfile), [_profile_row(org_id, wanted[key]) for key, org_id in fresh.items()])
    stored = [(row.id, row.name, wanted[row.source, row.source_id]) for row in rows if row.status == _LISTED]
    told = [(org_id, name, draft) for org_id, name, draft in stored if _says_more(name, draft)]
    _update_organizations(tx, told, besides={service_id for service_id, _ in written})
    return found | fresh


def _says_more(name: str, draft: OrganizationDraft) -> bool:
    """A record about the organisation itself is believed; one that only mentions it, until a name is known."""
    return draft.name != UNNAMED_ORGANIZATION and (draft.own_record or name == UNNAMED_ORGANIZATION)


def _update_organizations(
    tx: Session, stored: Sequence[tuple[UUID, str, OrganizationDraft]], *, besides: set[UUID]
) -> None:
    """`besides`: services that this batch writes, and shows in the index, anyway."""
    if not stored:
        return
    tx.execute(update(Organization), [{"id": org_id, "name": draft.name} for org_id, _, draft in stored])
    tx.execute(update(OrganizationProfile), [_profile_row(org_id, draft) for org_id, _, draft in stored])
    renamed = [org_id for org_id, name, draft in stored if name != draft.name]
    theirs = tx.scalars(select(Service.id).where(Service.org_id.in_(renamed))).all()
    touch_many(tx, [service_id for service_id in theirs if service_id not in besides])


def _organization_row(org_id: UUID, draft: OrganizationDraft) -> dict[str, Any]:
    return {
        "id": org_id,
        "name": draft.name,
        "kind": draft.kind,
        "country": "FR",
        "registration": draft.registration,
        "status": _LISTED,
        "source": draft.source,
        "source_id": draft.source_id,
    }


def _profile_row(org_id: UUID, draft: OrganizationDraft) -> dict[str, Any]:
    return {
        "org_id": org_id,
        "category": draft.category,
        "phone": draft.phone,
        "email": draft.email,
        "website": draft.website,
    }


def _content(one: _Incoming) -> dict[str, Any]:
    content = asdict(one.draft.service)
    content |= {name: list(value) for name, value in content.items() if isinstance(value, tuple)}
    return content | {"source_digest": one.draft.digest, "source_mark": one.mark, "updated_at": clock.now()}


def _insert_services(tx: Session, new: Iterable[tuple[UUID, _Incoming]], organizations: dict[Key, UUID]) -> None:
    rows = [
        {
            "id": service_id,
            "org_id": organizations[one.draft.organization.source, one.draft.organization.source_id],
            "status": ServiceStatus.PUBLISHED,
            "source_name": one.draft.source_name,
            "source_id": one.draft.source_id,
            **_content(one),
        }
        for service_id, one in new
    ]
    if rows:
        tx.execute(insert(Service), rows)


def _update_services(tx: Session, changed: Iterable[tuple[_Known, _Incoming]]) -> None:
    """Places and areas are written again; whether the service is shown stays as a moderator left it."""
    rows = [
        {"id": known.id, "version": known.version + 1, "edition": known.edition + 1, **_content(one)}
        for known, one in changed
    ]
    if rows:
        ids = [row["id"] for row in rows]
        tx.execute(update(Service), rows)
        tx.execute(delete(Location).where(Location.service_id.in_(ids)))
        tx.execute(delete(ServiceArea).where(ServiceArea.service_id.in_(ids)))


def _insert_places(tx: Session, written: Iterable[tuple[UUID, Draft]]) -> None:
    places = [
        {"id": new_id(), "service_id": service_id, **asdict(draft.place)}
        for service_id, draft in written
        if draft.place
    ]
    areas = [{"service_id": service_id, "token": token} for service_id, draft in written for token in draft.areas]
    if places:
        tx.execute(insert(Location), places)
    if areas:
        tx.execute(insert(ServiceArea), areas)
