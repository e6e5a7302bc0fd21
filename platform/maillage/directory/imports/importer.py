"""Drafts into the database, a batch a transaction: the new are created, the changed updated, the others left alone."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.orm import Session

from maillage.accounts.models import Organization, OrganizationStatus
from maillage.directory.imports.drafts import Draft, OrganizationDraft, RowError
from maillage.directory.imports.formats import FORMATS, Format
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

BATCH = 500
Progress = Callable[[int, int], None]
Key = tuple[str, str]
_LISTED = OrganizationStatus.LISTED


@dataclass(frozen=True, slots=True)
class _Known:
    """A service of an earlier import."""

    id: UUID
    digest: str
    version: int
    edition: int
    claimed: bool


@dataclass(slots=True)
class _Plan:
    """What a batch will write."""

    new: list[tuple[UUID, Draft]] = field(default_factory=list)
    changed: list[tuple[_Known, Draft]] = field(default_factory=list)

    @property
    def written(self) -> list[tuple[UUID, Draft]]:
        return self.new + [(known.id, draft) for known, draft in self.changed]


def run_import(
    actor: Actor, *, path: Path, format: str, dry_run: bool = False, progress: Progress | None = None
) -> Report:
    """Import a file; a bad row is refused alone. With `dry_run` nothing is written and the report is the same.

    Raises Invalid when the file is not of this format at all.
    """
    if not may_import(actor):
        raise Forbidden()
    report = Report(dry_run=dry_run)
    rows = list(FORMATS[format].read(path, FORMATS[format].required))
    seen: dict[Key, int] = {}
    for done in range(0, len(rows), BATCH):
        drafts = list(_drafts(FORMATS[format], rows[done : done + BATCH], seen, report))
        if dry_run:
            _plan(session(), drafts, report)
        else:
            _write_batch(actor, format, drafts, report)
        if progress is not None:
            progress(min(done + BATCH, len(rows)), len(rows))
    return report


def _drafts(
    form: Format, rows: Iterable[tuple[int, dict[str, Any] | Refusal]], seen: dict[Key, int], report: Report
) -> Iterator[tuple[int, Draft]]:
    for line, row in rows:
        if isinstance(row, Refusal):
            report.refuse(row)
            continue
        try:
            draft = form.to_draft(line, row)
        except RowError as error:
            report.refuse(Refusal(line, error.field, error.reason, record=str(row.get("id") or row.get("id_fs") or "")))
            continue
        key = (draft.source_name, draft.source_id)
        if key in seen:
            reason = f"Identifiant déjà lu à la ligne {seen[key]}."
            report.refuse(Refusal(line, "id", reason, record=draft.source_id))
            continue
        seen[key] = line
        report.refusals.extend(draft.remarks)
        yield line, draft


def _write_batch(actor: Actor, format: str, drafts: Sequence[tuple[int, Draft]], report: Report) -> None:
    with transaction() as tx:
        plan = _plan(tx, drafts, report)
        if not plan.written:
            return
        organizations = _ensure_organizations(tx, [draft.organization for _, draft in plan.written])
        _insert_services(tx, plan.new, organizations)
        _update_services(tx, plan.changed)
        _insert_places(tx, plan.written)
        enqueue_projection(tx, [service_id for service_id, _ in plan.written])
        audit.record(
            tx, actor, "directory.imported", "directory", None,
            format=format, created=len(plan.new), updated=len(plan.changed),
        )  # fmt: skip


def _plan(current: Session, drafts: Sequence[tuple[int, Draft]], report: Report) -> _Plan:
    plan = _Plan()
    known = _known(current, [(draft.source_name, draft.source_id) for _, draft in drafts])
    for line, draft in drafts:
        found = known.get((draft.source_name, draft.source_id))
        if found is None:
            plan.new.append((new_id(), draft))
        elif found.digest == draft.digest:
            report.unchanged += 1
        elif found.claimed:
            reason = "La fiche est désormais tenue par son organisation."
            report.refuse(Refusal(line, "", reason, record=draft.source_id))
        else:
            plan.changed.append((found, draft))
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
            row.id, row.source_digest or "", row.version, row.edition, row.status != _LISTED
        )
        for row in rows
    }


def _ensure_organizations(tx: Session, drafts: Iterable[OrganizationDraft]) -> dict[Key, UUID]:
    """Ids of the organisations behind these drafts, listed anew where they were unknown."""
    wanted: dict[Key, OrganizationDraft] = {}
    for draft in drafts:
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
    _update_organizations(tx, [(org_id, name, draft) for org_id, name, draft in stored if _says_more(name, draft)])
    return found | fresh


def _says_more(name: str, draft: OrganizationDraft) -> bool:
    """A record about the organisation itself is believed; one that only mentions it, until a name is known."""
    return draft.name != UNNAMED_ORGANIZATION and (draft.own_record or name == UNNAMED_ORGANIZATION)


def _update_organizations(tx: Session, stored: Sequence[tuple[UUID, str, OrganizationDraft]]) -> None:
    if not stored:
        return
    tx.execute(update(Organization), [{"id": org_id, "name": draft.name} for org_id, _, draft in stored])
    tx.execute(update(OrganizationProfile), [_profile_row(org_id, draft) for org_id, _, draft in stored])
    renamed = [org_id for org_id, name, draft in stored if name != draft.name]
    touch_many(tx, tx.scalars(select(Service.id).where(Service.org_id.in_(renamed))).all())


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


def _content(draft: Draft) -> dict[str, Any]:
    content = asdict(draft.service)
    content |= {name: list(value) for name, value in content.items() if isinstance(value, tuple)}
    return content | {"source_digest": draft.digest, "updated_at": clock.now()}


def _insert_services(tx: Session, new: Iterable[tuple[UUID, Draft]], organizations: dict[Key, UUID]) -> None:
    rows = [
        {
            "id": service_id,
            "org_id": organizations[draft.organization.source, draft.organization.source_id],
            "status": ServiceStatus.PUBLISHED,
            "source_name": draft.source_name,
            "source_id": draft.source_id,
            **_content(draft),
        }
        for service_id, draft in new
    ]
    if rows:
        tx.execute(insert(Service), rows)


def _update_services(tx: Session, changed: Iterable[tuple[_Known, Draft]]) -> None:
    """Places and areas are written again; whether the service is shown stays as a moderator left it."""
    rows = [
        {"id": known.id, "version": known.version + 1, "edition": known.edition + 1, **_content(draft)}
        for known, draft in changed
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
