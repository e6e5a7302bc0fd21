"""What everybody may read: a service, an organisation; and the form to say that something is wrong."""

from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.directory import policy, queries, service
from maillage.directory.forms import ReportForm
from maillage.directory.keeping import buttons
from maillage.directory.keeping.short import shorten
from maillage.directory.presenters import ServiceView, present, present_organization
from maillage.directory.views.lines import service_lines
from maillage.directory.vocabulary import CATEGORIES
from maillage.kernel.db import session
from maillage.kernel.errors import DomainError, NotFound
from maillage.web.authz import optional_actor, public
from maillage.web.throttle import limiter

blueprint = Blueprint("directory", __name__)


@blueprint.get("/services/<uuid:service_id>")
@public("the directory is open to all")
def show_service(service_id: UUID) -> ResponseReturnValue:
    who = optional_actor()
    found = queries.visible_service(session(), service_id, who)
    if found is None:
        raise NotFound()
    view = present(found, who, queries.habits(session(), [service_id]).get(service_id))
    mates = [present(mate, who) for mate in queries.bundle_mates(session(), found)]
    return render_template(
        "directory/service.html",
        view=view,
        lines=service_lines(view),
        mates=mates,
        refer_href=_refer_href(view),
        may_edit=policy.may_edit(found.org_id, who),
        keeps=buttons.of_service(view.id, view.name),
        short_address=url_for("sheets.follow", short=shorten(view.id), _external=True),
    )


@blueprint.get("/organisations/<uuid:org_id>")
@public("the directory is open to all")
def show_organization(org_id: UUID) -> ResponseReturnValue:
    who = optional_actor()
    found = queries.public_organization(session(), org_id)
    if found is None:
        raise NotFound()
    services = [present(it, who) for it in queries.services_of(session(), org_id, listed_only=True)]
    return render_template(
        "directory/organization.html",
        body=present_organization(*found, who),
        services=[(view, service_lines(view)) for view in services],
        categories=CATEGORIES,
    )


@blueprint.route("/services/<uuid:service_id>/signaler", methods=["GET", "POST"])
@public("anybody may say that a record is wrong")
@limiter.limit("10 per hour", methods=["POST"])
def report_error(service_id: UUID) -> ResponseReturnValue:
    found = queries.visible_service(session(), service_id, optional_actor())
    if found is None:
        raise NotFound()
    form = ReportForm()
    if form.submitted():
        try:
            service.report_error(
                optional_actor(), service_id=service_id, kind=form.kind.data, message=form.message.data or ""
            )
        except DomainError as error:
            form.show(error)
        else:
            flash("Merci. Votre signalement est transmis à qui tient cette fiche.", "success")
            return redirect(url_for("directory.show_service", service_id=service_id), 303)
    return render_template("directory/report.html", form=form, it=found), form.status


def _refer_href(view: ServiceView) -> str:
    """Where the primary button leads, for those who may refer; referrals stand above this domain and may be absent."""
    ready = policy.may_refer(optional_actor()) and view.accepts_referrals
    if not ready or "referrals.start" not in current_app.view_functions:
        return ""
    found = queries.referable_service(session(), view.id)
    return url_for("referrals.start", service_id=view.id) if found is not None and found.reachable else ""
