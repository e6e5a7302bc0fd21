"""Where an organisation keeps its services true: the list, the form, the gestures of every week."""

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts.models import OrganizationKind
from maillage.accounts.queries import user_names
from maillage.directory import policy, queries, service
from maillage.directory.forms import ProfileForm, ServiceForm
from maillage.directory.models import Service
from maillage.directory.presenters import present
from maillage.directory.views.lines import service_lines
from maillage.directory.vocabulary import CAPACITIES, CAPACITY_LEVELS, REVISION_STATES, STATUSES, RevisionState
from maillage.kernel.db import session
from maillage.kernel.errors import DomainError, NotFound
from maillage.web.authz import actor, requires
from maillage.web.forms import whole_number

blueprint = Blueprint("services", __name__, url_prefix="/mes-services")

TONES = {"draft": "grey", "published": "green", "hidden": "amber", "closed": "red"}
REVISION_TONES = {"pending": "amber", "approved": "green", "rejected": "red", "replaced": "grey"}
MODELS: Final[dict[str, dict[str, Any]]] = {  # what a new service may begin with
    "acces-au-logement": {
        "name": "Accès au logement",
        "summary": "Pour une association qui accompagne un ménage vers un logement social chez nous.",
        "themes": ["housing-access", "social-housing-application"],
        "accepts_referrals": True,
    }
}
CAPACITY_OPTIONS = [
    {"value": code, "label": label, "level": CAPACITY_LEVELS[code]} for code, label in CAPACITIES.items()
]


@blueprint.get("")
@requires(policy.EDIT)
def index() -> ResponseReturnValue:
    who = actor()
    assert who.org_id is not None
    found = queries.services_of(session(), who.org_id, listed_only=False)
    views = [present(it, who) for it in found]
    return render_template(
        "directory/my_services.html",
        services=[(view, service_lines(view)) for view in views],
        reports=queries.open_reports(session(), who),
        statuses=STATUSES,
        tones=TONES,
        capacity_options=CAPACITY_OPTIONS,
        opens_desk=who.org_kind == OrganizationKind.LANDLORD,
    )


@blueprint.route("/nouveau", methods=["GET", "POST"])
@requires(policy.EDIT)
def create() -> ResponseReturnValue:
    form = ServiceForm(data=MODELS.get(request.args.get("modele", "")))
    if _adds_place(form) or not form.submitted():
        return _edit_page(form, None), form.status
    try:
        service_id = service.create_service(
            actor(), content=form.content(), publish=request.form.get("then") != "draft"
        )
    except DomainError as error:
        form.show(error)
        return _edit_page(form, None), error.status
    flash(_words_after_creation(), "success")
    return redirect(url_for("directory.show_service", service_id=service_id), 303)


@blueprint.route("/<uuid:service_id>/modifier", methods=["GET", "POST"])
@requires(policy.EDIT)
def update(service_id: UUID) -> ResponseReturnValue:
    found = _own(service_id)
    form = ServiceForm() if request.method == "POST" else ServiceForm.of(found, actor().country)
    if _adds_place(form) or not form.submitted():
        return _edit_page(form, found), form.status
    try:
        content = form.content(found)
        edition = whole_number(form.edition.data)
        state = service.update_service(actor(), service_id=service_id, content=content, edition=edition)
    except DomainError as error:
        form.show(error)
        return _edit_page(form, found), error.status
    flash(_AFTER_UPDATE[state], "success")
    return redirect(url_for("directory.show_service", service_id=service_id), 303)


@blueprint.post("/<uuid:service_id>/places")
@requires(policy.EDIT)
def capacity(service_id: UUID) -> ResponseReturnValue:
    service.set_capacity(actor(), service_id=service_id, state=request.form.get("capacity", ""))
    flash("C’est noté. L’indication vaut un mois.", "success")
    return redirect(url_for("services.index"), 303)


@blueprint.post("/<uuid:service_id>/confirmer")
@requires(policy.EDIT)
def confirm(service_id: UUID) -> ResponseReturnValue:
    service.confirm_fresh(actor(), service_id=service_id)
    flash("Merci. La fiche est vérifiée aujourd’hui.", "success")
    return redirect(url_for("services.index"), 303)


@blueprint.post("/<uuid:service_id>/publier")
@requires(policy.EDIT)
def publish(service_id: UUID) -> ResponseReturnValue:
    state = service.publish_service(actor(), service_id=service_id)
    flash(_AFTER_UPDATE[state], "success")
    return redirect(url_for("services.index"), 303)


@blueprint.route("/<uuid:service_id>/retirer", methods=["GET", "POST"])
@requires(policy.EDIT)
def leave(service_id: UUID) -> ResponseReturnValue:
    """Hide for a while or close for good: a page of its own says what will happen."""
    found = _own(service_id)
    if request.method == "GET":
        return render_template("directory/leave.html", it=found)
    verb = service.close_service if request.form.get("then") == "close" else service.hide_service
    verb(actor(), service_id=service_id)
    flash("Le service n’apparaît plus dans l’annuaire.", "success")
    return redirect(url_for("services.index"), 303)


@blueprint.get("/<uuid:service_id>/versions")
@requires(policy.EDIT)
def versions(service_id: UUID) -> ResponseReturnValue:
    found = _own(service_id)
    revisions = queries.history(session(), service_id)
    names = user_names(session(), [it.proposed_by for it in revisions if it.proposed_by])
    events = [
        {
            "title": REVISION_STATES[it.state],
            "at": it.proposed_at,
            "by": names.get(it.proposed_by, "") if it.proposed_by else "",
            "detail": it.reason,
            "tone": REVISION_TONES[it.state],
        }
        for it in revisions
    ]
    return render_template("directory/versions.html", it=found, events=events)


@blueprint.post("/signalements/<uuid:report_id>")
@requires(policy.EDIT, policy.MODERATE)
def settle(report_id: UUID) -> ResponseReturnValue:
    service.settle_report(actor(), report_id=report_id, outcome=request.form.get("outcome", ""))
    flash("Le signalement est traité.", "success")
    return redirect(url_for("services.index" if actor().can(policy.EDIT) else "moderation.index"), 303)


@blueprint.route("/presentation", methods=["GET", "POST"])
@requires(policy.EDIT)
def profile() -> ResponseReturnValue:
    """The public face of the organisation."""
    who = actor()
    assert who.org_id is not None
    found = queries.public_organization(session(), who.org_id)
    known = found[1] if found else None
    form = ProfileForm() if request.method == "POST" else ProfileForm.of(known)
    if form.submitted():
        try:
            service.update_profile(who, profile=form.content(known))
        except DomainError as error:
            form.show(error)
        else:
            flash("La présentation est à jour.", "success")
            return redirect(url_for("directory.show_organization", org_id=who.org_id), 303)
    return render_template("directory/profile.html", form=form), form.status


_AFTER_UPDATE: dict[RevisionState | None, str] = {
    RevisionState.APPROVED: "La fiche est publiée.",
    RevisionState.PENDING: "Vos changements attendent une validation. La version publique reste en ligne d’ici là.",
    None: "C’est enregistré. Le service n’est pas public pour l’instant.",
}


def _words_after_creation() -> str:
    if request.form.get("then") == "draft":
        return _AFTER_UPDATE[None]
    return _AFTER_UPDATE[RevisionState.APPROVED if policy.publishes_at_once(actor()) else RevisionState.PENDING]


def _adds_place(form: ServiceForm) -> bool:
    """« Ajouter un lieu » works without script: the page comes back with one more."""
    if request.method != "POST" or request.form.get("then") != "add-place":
        return False
    if len(form.locations) < 20:
        form.locations.append_entry()
    return True


def _edit_page(form: ServiceForm, it: Service | None) -> str:
    waiting = queries.pending_revision(session(), it.id) if it is not None else None
    at_once = policy.publishes_at_once(actor())
    return render_template("directory/edit.html", form=form, it=it, waiting=waiting, at_once=at_once)


def _own(service_id: UUID) -> Service:
    found = queries.own_service(session(), service_id, actor())
    if found is None:
        raise NotFound()
    return found
