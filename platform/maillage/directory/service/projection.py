"""The search index is a projection of the database: these verbs bring it in line and prove that it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from maillage.accounts.policy import PLATFORM
from maillage.directory import queries
from maillage.directory.engine import engine
from maillage.directory.models import Service
from maillage.directory.search import documents
from maillage.directory.service.changes import batches, touch_many
from maillage.kernel import audit, background
from maillage.kernel.actor import SYSTEM, Actor
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Forbidden
from maillage.kernel.progress import Progress, untold
from maillage_search.port import RetrievalPlan, ServiceDocument

REBUILD: Final = "search.rebuild"
_READ = 1_000
_LISTED_IDS = select(Service.id).join(Service.organization).where(queries.LISTED)


def project(ids: Sequence[UUID]) -> None:
    """Show these services in the index as they are now; those that left the directory leave it too."""
    engine().index(documents(session(), ids))
    session().rollback()
    # Asked again, of a new snapshot: another process may have hidden one since it was read, and taken it away before
    # it was written here.
    listed = set(session().scalars(_LISTED_IDS.where(Service.id.in_(ids))))
    engine().delete(str(service_id) for service_id in ids if service_id not in listed)


def project_organization(org_id: UUID) -> None:
    """An organisation changed its name or standing: all its services follow."""
    with transaction() as tx:
        touch_many(tx, tx.scalars(select(Service.id).where(Service.org_id == org_id)).all())


def rebuild_index(actor: Actor, *, progress: Progress = untold) -> int:
    """Make the index anew from the database; returns how many services it holds. Cut short, the old index stays."""
    count = engine().rebuild(_all_documents(session(), progress))
    with transaction() as tx:
        audit.record(tx, actor, "search.rebuilt", "index", None, services=count)
    return count


def order_rebuild(actor: Actor) -> UUID:
    """Ask for it from a page."""
    if not actor.can(PLATFORM):
        raise Forbidden()
    with transaction() as tx:
        return background.order(tx, actor, REBUILD, title="Index de recherche", params={})


def refill_index() -> bool:
    """Make the index anew when it is new, or was lost: it holds nothing and the directory does. Says whether it was."""
    lost = engine().needs_rebuild or (_is_empty() and session().scalar(select(exists(_LISTED_IDS))))
    if lost:
        rebuild_index(SYSTEM)
    return bool(lost)


def forget_erased() -> bool:
    """Make the index anew when its files still hold words of what was taken away or replaced. Says whether it was."""
    held = engine().holds_erased
    if held:
        rebuild_index(SYSTEM)
    return held


def index_drift() -> dict[str, int]:
    """How far the index is from the database; all zeros when it is in line."""
    found = _drift(session())
    return {"missing": len(found.missing), "stale": len(found.stale) + len(found.ahead), "extra": len(found.extra)}


def reconcile() -> int:
    """Project again what differs, whatever the reason; returns how many services that was."""
    found = _drift(session())
    _overtake(found.ahead)
    differing = [UUID(service_id) for service_id in {*found.missing, *found.stale, *found.ahead, *found.extra}]
    for batch in batches(differing):
        project(batch)
    return len(differing)


@dataclass(frozen=True, slots=True)
class _Drift:
    missing: set[str]
    stale: set[str]
    ahead: Mapping[str, int]
    """Version held, where the index knows a later one: the database was restored from a copy."""
    extra: set[str]


def _drift(current: Session) -> _Drift:
    # The index is read first: what changes in between is then projected once too often, never taken for drift.
    held = engine().versions()
    rows = current.execute(_LISTED_IDS.add_columns(Service.version))
    expected = {str(service_id): version for service_id, version in rows}
    both = {service_id: held[service_id] for service_id in held.keys() & expected.keys()}
    return _Drift(
        missing=expected.keys() - held.keys(),
        stale={service_id for service_id, version in both.items() if version < expected[service_id]},
        ahead={service_id: version for service_id, version in both.items() if version > expected[service_id]},
        extra=held.keys() - expected.keys(),
    )


def _overtake(ahead: Mapping[str, int]) -> None:
    """The engines refuse what is older than what they hold: the database's versions step over theirs."""
    if not ahead:
        return
    with transaction() as tx:
        for service_id, version in ahead.items():
            behind = update(Service).where(Service.id == UUID(service_id), Service.version <= version)
            tx.execute(behind.values(version=version + 1))


def _is_empty() -> bool:
    return engine().retrieve(RetrievalPlan(limit=1, with_facets=False)).total == 0


def _all_documents(current: Session, progress: Progress) -> Iterator[ServiceDocument]:
    ids = current.scalars(_LISTED_IDS.order_by(Service.id)).all()
    for start in range(0, len(ids), _READ):
        progress(start, len(ids))
        yield from documents(current, ids[start : start + _READ])
    progress(len(ids), len(ids))
