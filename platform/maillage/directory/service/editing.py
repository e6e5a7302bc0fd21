"""Writing services. What a vetted organisation writes is public at once; from the others it waits for a moderator,
and the last approved version stays public meanwhile."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from maillage.directory import queries
from maillage.directory.content import ServiceContent
from maillage.directory.models import Service, ServiceRevision
from maillage.directory.policy import EDIT, may_moderate, publishes_at_once
from maillage.directory.service.changes import touch
from maillage.directory.vocabulary import RevisionState, ServiceStatus
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, NotFound
from maillage.kernel.ids import new_id


def create_service(
    actor: Actor, *, content: ServiceContent, publish: bool = True, service_id: UUID | None = None
) -> UUID:
    """A new service of the actor's organisation; a draft unless it is to be published."""
    if actor.org_id is None or not actor.can(EDIT):
        raise Forbidden()
    with transaction() as session:
        service = Service(
            id=service_id or new_id(), org_id=actor.org_id, themes=[], verified_on=clock.today(actor.country)
        )
        content.apply_to(service)
        session.add(service)
        session.flush()
        audit.record(session, actor, "service.created", "service", service.id)
        if publish:
            _propose(session, actor, service, content)
        return service.id


def update_service(
    actor: Actor, *, service_id: UUID, content: ServiceContent, edition: int | None = None
) -> RevisionState | None:
    """Rewrite a service. Returns what became of it: approved, pending, or None when the service is not public.

    `edition` is the one that the form was opened on: a colleague's change in between is a Conflict, not lost.
    """
    with transaction() as session:
        service = _own(session, actor, service_id)
        if edition is not None and edition != service.edition:
            raise Conflict("Un collègue a modifié cette fiche entre-temps. Rechargez-la pour voir ses changements.")
        if service.status != ServiceStatus.PUBLISHED:
            _apply(session, service, content)
            audit.record(session, actor, "service.drafted", "service", service.id)
            return None
        return _propose(session, actor, service, content)


def publish_service(actor: Actor, *, service_id: UUID) -> RevisionState:
    """Make a draft, hidden or closed service public, or ask for it."""
    with transaction() as session:
        service = _own(session, actor, service_id)
        if service.status == ServiceStatus.PUBLISHED:
            raise Conflict("Ce service est déjà publié.")
        return _propose(session, actor, service, ServiceContent.of(service))


def hide_service(actor: Actor, *, service_id: UUID) -> None:
    """Take a service out of the directory for a while. A moderator may do it to any."""
    _leave(actor, service_id, ServiceStatus.HIDDEN)


def close_service(actor: Actor, *, service_id: UUID) -> None:
    """The service is no longer offered."""
    _leave(actor, service_id, ServiceStatus.CLOSED)


def publish(session: Session, service: Service, content: ServiceContent) -> None:
    """Make `content` the public version of the service, in the caller's transaction."""
    service.status = ServiceStatus.PUBLISHED
    _apply(session, service, content)
    service.verified_on = clock.today(service.organization.country)
    touch(session, service)


def _propose(session: Session, actor: Actor, service: Service, content: ServiceContent) -> RevisionState:
    _replace_pending(session, service.id)
    revision = ServiceRevision(
        service_id=service.id, content=content.model_dump(mode="json"), proposed_by=actor.user_id
    )
    session.add(revision)
    if publishes_at_once(actor):
        revision.state = RevisionState.APPROVED
        revision.decided_by, revision.decided_at = actor.user_id, clock.now()
        publish(session, service, content)
        audit.record(session, actor, "service.published", "service", service.id)
        return RevisionState.APPROVED
    revision.state = RevisionState.PENDING
    service.edition += 1
    audit.record(session, actor, "service.proposed", "service", service.id)
    return RevisionState.PENDING


def _replace_pending(session: Session, service_id: UUID) -> None:
    session.execute(
        update(ServiceRevision)
        .where(ServiceRevision.service_id == service_id, ServiceRevision.state == RevisionState.PENDING)
        .values(state=RevisionState.REPLACED)
    )


def _apply(session: Session, service: Service, content: ServiceContent) -> None:
    content.apply_to(service)
    service.edition += 1
    service.updated_at = clock.now()
    session.flush()


def _leave(actor: Actor, service_id: UUID, status: ServiceStatus) -> None:
    with transaction() as session:
        moderates = may_moderate(actor)
        service = queries.any_service(session, service_id, lock=True) if moderates else _own(session, actor, service_id)
        if service is None:
            raise NotFound()
        service.status = status
        _replace_pending(session, service.id)
        touch(session, service)
        audit.record(session, actor, f"service.{status}", "service", service.id)


def _own(session: Session, actor: Actor, service_id: UUID) -> Service:
    service = queries.own_service(session, service_id, actor, lock=True)
    if service is None:
        raise NotFound()
    return service
