"""Versions that wait, and errors that readers point out."""

from uuid import UUID

from sqlalchemy.orm import Session

from maillage.accounts.models import OrganizationStatus
from maillage.directory import queries
from maillage.directory.content import ServiceContent
from maillage.directory.models import ServiceReport, ServiceRevision
from maillage.directory.policy import may_edit, may_moderate
from maillage.directory.service.editing import publish
from maillage.directory.vocabulary import REPORT_KINDS, REPORT_OUTCOMES, RevisionState
from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Invalid, NotFound

PASSER_BY = Actor(user_id=None, org_id=None)
LONGEST_REPORT = 1000


def approve_revision(actor: Actor, *, revision_id: UUID) -> None:
    """Make a waiting version the public one."""
    with transaction() as session:
        revision = _pending(session, actor, revision_id)
        service = queries.any_service(session, revision.service_id, lock=True)
        if service is None:
            raise NotFound()
        publish(session, service, ServiceContent.model_validate(revision.content))
        _decide(session, actor, revision, RevisionState.APPROVED)


def reject_revision(actor: Actor, *, revision_id: UUID, reason: str) -> None:
    """Leave the public version as it is, and say why to those who proposed."""
    if not reason.strip():
        raise Invalid(fields={"reason": "Dites pourquoi : l’organisation lira ces mots."})
    with transaction() as session:
        revision = _pending(session, actor, revision_id)
        revision.reason = reason.strip()[:500]
        _decide(session, actor, revision, RevisionState.REJECTED)


def report_error(actor: Actor | None, *, service_id: UUID, kind: str, message: str = "") -> None:
    """A reader says that something is wrong. No account is needed and nobody's name is kept."""
    if kind not in REPORT_KINDS:
        raise Invalid(fields={"kind": "Choisissez ce qui n’est plus exact."})
    if len(message) > LONGEST_REPORT:
        raise Invalid(fields={"message": f"{LONGEST_REPORT} caractères au plus."})
    with transaction() as session:
        service = queries.visible_service(session, service_id, actor)
        if service is None:
            raise NotFound()
        session.add(ServiceReport(service_id=service.id, kind=kind, message=message.strip()))
        audit.record(session, actor or PASSER_BY, "service.reported", "service", service.id, kind=kind)


def settle_report(actor: Actor, *, report_id: UUID, outcome: str) -> None:
    """Say what was done of a reported error: the owner does, or a moderator where nobody owns the record."""
    if outcome not in REPORT_OUTCOMES:
        raise Invalid(fields={"outcome": "Choisissez l’une des réponses proposées."})
    with transaction() as session:
        report = session.get(ServiceReport, report_id, with_for_update=True)
        if report is None or not _may_settle(session, actor, report):
            raise NotFound()
        if report.outcome:
            raise Conflict("Ce signalement a déjà été traité.")
        report.outcome, report.handled_by, report.handled_at = outcome, actor.user_id, clock.now()
        audit.record(session, actor, "service.report_settled", "service", report.service_id, outcome=outcome)


def _may_settle(session: Session, actor: Actor, report: ServiceReport) -> bool:
    organization = report.service.organization
    if may_edit(organization.id, actor):
        return True
    return may_moderate(actor) and organization.status == OrganizationStatus.LISTED


def _pending(session: Session, actor: Actor, revision_id: UUID) -> ServiceRevision:
    revision = session.get(ServiceRevision, revision_id, with_for_update=True) if may_moderate(actor) else None
    if revision is None:
        raise NotFound()
    if revision.state != RevisionState.PENDING:
        raise Conflict("Cette version n’attend plus de décision.")
    return revision


def _decide(session: Session, actor: Actor, revision: ServiceRevision, state: RevisionState) -> None:
    revision.state, revision.decided_by, revision.decided_at = state, actor.user_id, clock.now()
    audit.record(session, actor, f"service.revision_{state}", "service", revision.service_id)
