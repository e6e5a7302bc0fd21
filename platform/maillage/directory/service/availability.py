"""Is there room, is the record fresh, how quickly do they answer: small gestures, many times a year."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from maillage.directory import queries
from maillage.directory.models import Service, ServiceReport, ServiceSignal
from maillage.directory.service.changes import touch, touch_many
from maillage.directory.vocabulary import CAPACITIES, SignalKind
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Invalid, NotFound

HOLDS_FOR = timedelta(days=30)


def set_capacity(actor: Actor, *, service_id: UUID, state: str, lapses_on: date | None = None) -> None:
    """Say whether there is room, in one gesture. It holds for a month unless a date is given."""
    if state not in CAPACITIES:
        raise Invalid(fields={"capacity": "Choisissez l’une des réponses proposées."})
    with transaction() as session:
        service = _own(session, actor, service_id)
        today = clock.today(service.organization.country)
        if lapses_on is not None and lapses_on <= today:
            raise Invalid(fields={"lapses_on": "Indiquez une date à venir."})
        known = state != "unknown"
        service.capacity = state
        service.capacity_on = today if known else None
        service.capacity_lapses_on = (lapses_on or today + HOLDS_FOR) if known else None
        touch(session, service)
        audit.record(session, actor, "service.capacity", "service", service.id, state=state)


def confirm_fresh(actor: Actor, *, service_id: UUID) -> None:
    """« Toujours exact » : somebody who knows read the record today."""
    with transaction() as session:
        service = _own(session, actor, service_id)
        service.verified_on = clock.today(service.organization.country)
        touch(session, service)
        audit.record(session, actor, "service.confirmed", "service", service.id)


def record_signal(session: Session, service_id: UUID, *, kind: str, delay: timedelta | None = None) -> None:
    """What a referral taught of this service, in the caller's transaction. Says nothing of the referral itself."""
    days = delay.total_seconds() / 86_400 if delay is not None else None
    session.add(ServiceSignal(service_id=service_id, kind=SignalKind(kind), delay_days=days))
    if kind == SignalKind.NO_LONGER_OFFERED:
        session.add(
            ServiceReport(service_id=service_id, kind="closed", message="Signalé en réponse à une orientation.")
        )
    touch_many(session, [service_id])


def lapse_capacities() -> int:
    """Forget what was said of free places once it no longer holds; returns how many services it concerned."""
    with transaction() as session:
        lapsed = session.scalars(select(Service.id).where(Service.capacity_lapses_on <= clock.today())).all()
        unknown = {"capacity": "unknown", "capacity_on": None, "capacity_lapses_on": None}
        session.execute(update(Service).where(Service.capacity_lapses_on <= clock.today()).values(**unknown))
        touch_many(session, lapsed)
    return len(lapsed)


def _own(session: Session, actor: Actor, service_id: UUID) -> Service:
    service = queries.own_service(session, service_id, actor, lock=True)
    if service is None:
        raise NotFound()
    return service
