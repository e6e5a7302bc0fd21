"""What every change to a service has in common: a higher version, and a projection that follows the commit."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from maillage.directory.models import Service
from maillage.kernel import clock, outbox

PROJECT = "directory.project"
BATCH = 200


def touch(session: Session, service: Service) -> None:
    """The service changed: say so in its version and send it to the index."""
    service.version += 1
    service.updated_at = clock.now()
    enqueue_projection(session, [service.id])


def touch_many(session: Session, ids: Iterable[UUID]) -> None:
    """The same for many services at once, without loading them."""
    for batch in batches(ids):
        session.execute(update(Service).where(Service.id.in_(batch)).values(version=Service.version + 1))
        enqueue_projection(session, batch)


def enqueue_projection(session: Session, ids: Iterable[UUID]) -> None:
    """One job per batch: a job each would cost more than the indexing itself."""
    for batch in batches(ids):
        outbox.enqueue(session, PROJECT, {"service_ids": [str(service_id) for service_id in batch]})


def batches(ids: Iterable[UUID]) -> Iterator[Sequence[UUID]]:
    iterator = iter(ids)
    while batch := list(islice(iterator, BATCH)):
        yield batch
