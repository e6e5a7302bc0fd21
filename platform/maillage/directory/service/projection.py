"""The search index is a projection of the database: these verbs bring it in line and prove that it is."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maillage.directory import queries
from maillage.directory.engine import engine
from maillage.directory.models import Service
from maillage.directory.presenters import present
from maillage.directory.search import to_document
from maillage.directory.service.changes import batches, touch_many
from maillage.kernel import audit
from maillage.kernel.actor import Actor
from maillage.kernel.db import session, transaction
from maillage_search.port import ServiceDocument


def project(ids: Sequence[UUID]) -> None:
    """Show these services in the index as they are now; those that left the directory leave it too."""
    documents = _documents(session(), ids)
    shown = {document.id for document in documents}
    engine().index(documents)
    engine().delete(str(service_id) for service_id in ids if str(service_id) not in shown)


def project_organization(org_id: UUID) -> None:
    """An organisation changed its name or standing: all its services follow."""
    with transaction() as tx:
        touch_many(tx, tx.scalars(select(Service.id).where(Service.org_id == org_id)).all())


def rebuild_index(actor: Actor) -> int:
    """Make the index anew from the database; returns how many services it holds."""
    count = engine().rebuild(_all_documents(session()))
    with transaction() as tx:
        audit.record(tx, actor, "search.rebuilt", "index", None, services=count)
    return count


def index_drift() -> dict[str, int]:
    """How far the index is from the database; all zeros when it is in line."""
    missing, stale, extra = _differences(session())
    return {"missing": len(missing), "stale": len(stale), "extra": len(extra)}


def reconcile() -> int:
    """Project again what differs, whatever the reason; returns how many services that was."""
    missing, stale, extra = _differences(session())
    differing = [UUID(service_id) for service_id in {*missing, *stale, *extra}]
    for batch in batches(differing):
        project(batch)
    return len(differing)


def _differences(current: Session) -> tuple[set[str], set[str], set[str]]:
    rows = current.execute(select(Service.id, Service.version).join(Service.organization).where(queries.LISTED))
    expected = {str(row.id): row.version for row in rows}
    held = engine().versions()
    stale = {service_id for service_id, version in expected.items() if held.get(service_id, version) < version}
    return expected.keys() - held.keys(), stale, held.keys() - expected.keys()


def _all_documents(current: Session) -> Iterator[ServiceDocument]:
    ids = current.scalars(select(Service.id).join(Service.organization).where(queries.LISTED).order_by(Service.id))
    for batch in batches(ids.all()):
        yield from _documents(current, batch)
        current.expunge_all()


def _documents(current: Session, ids: Sequence[UUID]) -> list[ServiceDocument]:
    found = queries.services(current, ids)
    habits = queries.habits(current, found)
    return [to_document(present(service, None, habits.get(service_id))) for service_id, service in found.items()]
