"""Sessions as those who organise them see them."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.kernel.errors import NotFound
from maillage.network.events import policy, queries, service
from maillage.network.events.codes import TRANSITIONS, Act
from maillage.network.events.folder import material_folder
from maillage.network.events.forms import PresenceForm, ReasonForm, SessionForm, shown
from maillage.network.events.views.words import WORDS
from maillage.network.groups.policy import LEAD
from maillage.referrals.attachments.forms import HINT, DocumentForm
from maillage.web import files
from maillage.web.authz import actor, requires

blueprint = Blueprint("organizing", __name__, url_prefix="/reseau/formations")
_STEPS = {"ouvrir": Act.PUBLISH, "clore": Act.CLOSE, "rouvrir": Act.REOPEN}


@blueprint.url_value_preprocessor
def allow_a_file(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint == "organizing.materials":
        files.allow_a_file()


@blueprint.route("/<uuid:event_id>/modifier", methods=["GET", "POST"])
@requires(LEAD)
def change(event_id: UUID) -> ResponseReturnValue:
    found = queries.stance(session(), actor(), event_id, Act.CHANGE)
    form = SessionForm(data=shown(found.event))
    del form.host, form.audience
    told = []

    def save() -> None:
        content = form.content(audience=found.event.audience)
        told.append(service.change(actor(), event_id=event_id, content=content, version=form.known_version()))

    if form.accepted_by(save):
        said = " Ceux qui s’étaient inscrits sont prévenus." if told[0] else ""
        flash(f"La session est modifiée.{said}", "success")
        return redirect(url_for("events.show", event_id=event_id), 303)
    page = render_template("network/events/session_form.html", form=form, course=found.course, event=found.event)
    return page, form.status


@blueprint.post("/<uuid:event_id>/etape")
@requires(LEAD)
def step(event_id: UUID) -> ResponseReturnValue:
    act = _STEPS.get(request.form.get("step", ""))
    if act is None:
        raise NotFound()
    service.move(actor(), event_id=event_id, act=act)
    flash(WORDS["states"][TRANSITIONS[act].to][0] + ".", "success")
    return redirect(url_for("events.show", event_id=event_id), 303)


@blueprint.route("/<uuid:event_id>/annuler", methods=["GET", "POST"])
@requires(LEAD)
def cancel(event_id: UUID) -> ResponseReturnValue:
    found = queries.stance(session(), actor(), event_id, Act.CANCEL)
    form = ReasonForm()
    if form.accepted_by(
        lambda: service.move(
            actor(), event_id=event_id, act=Act.CANCEL, reason=form.reason.data or "", nobody=form.nobody.data
        )
    ):
        flash("La session est annulée, et ceux qui s’étaient inscrits sont prévenus.", "success")
        return redirect(url_for("events.show", event_id=event_id), 303)
    return render_template("network/events/cancel.html", form=form, stance=found, **WORDS), form.status


@blueprint.route("/<uuid:event_id>/inscrits", methods=["GET", "POST"])
@requires(LEAD)
def roll(event_id: UUID) -> ResponseReturnValue:
    found = queries.stance(session(), actor(), event_id, Act.READ_ROLL)
    people = queries.roll(session(), event_id)
    form = PresenceForm()
    form.offer(people)
    if form.accepted_by(lambda: service.record(actor(), event_id=event_id, present=form.chosen)):
        flash(
            "Les présences sont notées. Les présents peuvent prendre leur attestation et donner leur avis.", "success"
        )
        return redirect(url_for("organizing.roll", event_id=event_id), 303)
    page = render_template(
        "network/events/roll.html",
        stance=found,
        people=people,
        provinces=queries.by_province(session(), found.event),
        form=form if found.may(Act.RECORD) and policy.has_begun(found.event) else None,
        **WORDS,
    )
    return page, form.status


@blueprint.route("/<uuid:event_id>/supports", methods=["GET", "POST"])
@requires(LEAD)
def materials(event_id: UUID) -> ResponseReturnValue:
    found = queries.stance(session(), actor(), event_id, Act.ADD_MATERIAL)
    form = DocumentForm()
    form.offer({})
    if form.accepted_by(lambda: _add(event_id, form)):
        flash("Le support est joint : ceux qui ont une place peuvent l’ouvrir.", "success")
        return redirect(url_for("organizing.materials", event_id=event_id), 303)
    kept = queries.materials(session(), event_id)
    page = render_template("network/events/materials.html", stance=found, materials=kept, form=form, hint=HINT)
    return page, form.status


@blueprint.post("/<uuid:event_id>/supports/<uuid:material_id>/retirer")
@requires(LEAD)
def remove_material(event_id: UUID, material_id: UUID) -> ResponseReturnValue:
    service.remove_material(actor(), event_id=event_id, material_id=material_id, folder=material_folder())
    flash("Le support est retiré.", "success")
    return redirect(url_for("organizing.materials", event_id=event_id), 303)


def _add(event_id: UUID, form: DocumentForm) -> None:
    upload = files.checked(form.file.data)
    service.add_material(actor(), event_id=event_id, upload=upload, folder=material_folder())
