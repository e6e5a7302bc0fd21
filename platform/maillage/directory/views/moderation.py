"""What waits for a moderator: versions of organisations not yet vetted, errors in records that nobody owns."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.directory import policy, queries, service
from maillage.directory.content import ServiceContent
from maillage.directory.forms import RejectForm
from maillage.directory.models import ServiceRevision
from maillage.directory.views.comparison import differences
from maillage.kernel.db import session
from maillage.kernel.errors import DomainError, NotFound
from maillage.web.authz import actor, requires

blueprint = Blueprint("moderation", __name__, url_prefix="/moderation")


@blueprint.get("")
@requires(policy.MODERATE)
def index() -> ResponseReturnValue:
    return render_template(
        "directory/moderation.html",
        revisions=queries.pending_revisions(session()),
        reports=queries.open_reports(session(), actor()),
    )


@blueprint.get("/versions/<uuid:revision_id>")
@requires(policy.MODERATE)
def revision(revision_id: UUID) -> ResponseReturnValue:
    return _page(_pending(revision_id), RejectForm())


@blueprint.post("/versions/<uuid:revision_id>/accepter")
@requires(policy.MODERATE)
def approve(revision_id: UUID) -> ResponseReturnValue:
    service.approve_revision(actor(), revision_id=revision_id)
    flash("La version est publiée.", "success")
    return redirect(url_for("moderation.index"), 303)


@blueprint.post("/versions/<uuid:revision_id>/refuser")
@requires(policy.MODERATE)
def reject(revision_id: UUID) -> ResponseReturnValue:
    found = _pending(revision_id)
    form = RejectForm()
    if not form.submitted():
        return _page(found, form), form.status
    try:
        service.reject_revision(actor(), revision_id=revision_id, reason=form.reason.data)
    except DomainError as error:
        form.show(error)
        return _page(found, form), error.status
    flash("La version est refusée ; l’organisation lira vos mots.", "success")
    return redirect(url_for("moderation.index"), 303)


@blueprint.route("/services/<uuid:service_id>/retirer", methods=["GET", "POST"])
@requires(policy.MODERATE)
def leave(service_id: UUID) -> ResponseReturnValue:
    """Take any service out of the directory: a record without owner that is wrong, or one that must not be there."""
    found = queries.any_service(session(), service_id)
    if found is None:
        raise NotFound()
    if request.method == "GET":
        return render_template("directory/leave.html", it=found)
    verb = service.close_service if request.form.get("then") == "close" else service.hide_service
    verb(actor(), service_id=service_id)
    flash("Le service n’apparaît plus dans l’annuaire.", "success")
    return redirect(url_for("moderation.index"), 303)


def _page(found: ServiceRevision, form: RejectForm) -> str:
    it = queries.any_service(session(), found.service_id)
    assert it is not None
    before = ServiceContent.of(it).model_dump(mode="json")
    changes = differences(before, found.content, owner=it.org_id, reader=actor())
    return render_template("directory/revision.html", revision=found, it=it, form=form, changes=changes)


def _pending(revision_id: UUID) -> ServiceRevision:
    found = queries.revision(session(), revision_id)
    if found is None:
        raise NotFound()
    return found
