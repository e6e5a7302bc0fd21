"""The annual report: building it, answering it, and what everybody answered."""

from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.kernel.errors import Invalid, NotFound
from maillage.network.groups.policy import COORDINATE, TAKE_PART, coordinates
from maillage.network.groups.queries import coordinated, owned
from maillage.network.roster import queries, service
from maillage.network.roster.consolidation import Consolidated, as_csv, consolidate
from maillage.network.roster.forms import QuestionForm, ReportForm, answer_form
from maillage.network.roster.views.blueprint import blueprint
from maillage.network.roster.words import ANSWERS
from maillage.web.authz import actor, requires


@blueprint.get("/reseau/rapports")
@requires(TAKE_PART)
def reports() -> ResponseReturnValue:
    network = owned(session(), actor())
    return render_template(
        "network/roster/reports.html",
        network=network,
        made=queries.forms(session(), network.id) if network else [],
        asked=queries.asked_of(session(), actor()),
    )


@blueprint.route("/reseau/rapports/nouveau", methods=["GET", "POST"])
@requires(COORDINATE)
def new_report() -> ResponseReturnValue:
    coordinated(session(), actor())
    form = ReportForm()
    made: list[UUID] = []
    created = form.accepted_by(
        lambda: made.append(service.create_form(actor(), title=form.title.data or "", due_on=form.due_on.data))
    )
    if created:
        return redirect(url_for("roster.questions", form_id=made[0]), 303)
    return render_template("network/roster/report_form.html", form=form), form.status


@blueprint.route("/reseau/rapports/<uuid:form_id>/questions", methods=["GET", "POST"])
@requires(COORDINATE)
def questions(form_id: UUID) -> ResponseReturnValue:
    asked, network = queries.form_of(session(), actor(), form_id)
    if not coordinates(actor(), network.org_id):
        raise NotFound()
    form = QuestionForm()
    if form.accepted_by(lambda: service.add_question(actor(), form_id=form_id, question=form.question())):
        return redirect(url_for("roster.questions", form_id=form_id), 303)
    return render_template("network/roster/questions.html", form=form, asked=asked, kinds=ANSWERS), form.status


@blueprint.post("/reseau/rapports/<uuid:form_id>/questions/retirer")
@requires(COORDINATE)
def drop_question(form_id: UUID) -> ResponseReturnValue:
    service.drop_question(actor(), form_id=form_id, code=request.form.get("code", ""))
    return redirect(url_for("roster.questions", form_id=form_id), 303)


@blueprint.post("/reseau/rapports/<uuid:form_id>/envoyer")
@requires(COORDINATE)
def send_report(form_id: UUID) -> ResponseReturnValue:
    try:
        service.send_form(actor(), form_id=form_id)
    except Invalid as refusal:
        flash(next(iter(refusal.fields.values()), refusal.message), "warning")
        return redirect(url_for("roster.questions", form_id=form_id), 303)
    flash("Le rapport est demandé à chaque organisation. Les retardataires seront relancées.", "success")
    return redirect(url_for("roster.consolidation", form_id=form_id), 303)


@blueprint.route("/reseau/rapports/<uuid:form_id>", methods=["GET", "POST"])
@requires(TAKE_PART)
def report(form_id: UUID) -> ResponseReturnValue:
    asked, network = queries.form_of(session(), actor(), form_id)
    org_id = actor().org_id
    assert org_id is not None
    if coordinates(actor(), network.org_id):
        return redirect(url_for("roster.consolidation" if asked.sent_at else "roster.questions", form_id=form_id), 303)
    queries.company(session(), network.id, org_id)
    kept = queries.reports(session(), form_id).get(org_id)
    form = answer_form(asked.questions, kept.answers if kept else {})
    hand_in = request.form.get("hand_in") == "1"
    given = {one["code"]: str(form[one["code"]].data or "") for one in asked.questions}
    done = form.accepted_by(
        lambda: service.answer(actor(), form_id=form_id, org_id=org_id, given=given, hand_in=hand_in)
    )
    if done:
        flash("Merci, le rapport est rendu." if hand_in else "C’est enregistré. Vous pourrez continuer.", "success")
        return redirect(url_for("roster.reports"), 303)
    return render_template("network/roster/report.html", form=form, asked=asked, kept=kept), form.status


@blueprint.get("/reseau/rapports/<uuid:form_id>/consolidation")
@requires(COORDINATE)
def consolidation(form_id: UUID) -> ResponseReturnValue:
    told, title = _consolidated(form_id)
    return render_template("network/roster/consolidation.html", told=told, title=title, form_id=form_id)


@blueprint.post("/reseau/rapports/<uuid:form_id>/consolidation")
@requires(COORDINATE, fresh=True)
def export_report(form_id: UUID) -> ResponseReturnValue:
    """A POST, since that somebody took a copy away is itself an entry of the journal."""
    told, _title = _consolidated(form_id)
    service.note_export(actor(), form_id=form_id)
    answer = Response(as_csv(told), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="rapport-annuel.csv"'
    return answer


def _consolidated(form_id: UUID) -> tuple[Consolidated, str]:
    network = coordinated(session(), actor())
    asked, owner = queries.form_of(session(), actor(), form_id)
    if owner.id != network.id:
        raise NotFound()
    told = consolidate(asked, queries.company_names(session(), network.id), queries.reports(session(), form_id))
    return told, asked.title
