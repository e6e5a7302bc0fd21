"""Pages of the minutes: written, read, printed; and of the actions that they entrust."""

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.network.groups.policy import LEAD, TAKE_PART
from maillage.network.groups.queries import peers
from maillage.network.meetings import queries, service
from maillage.network.meetings.codes import Act
from maillage.network.meetings.forms import ActionForm, CloseForm, DecisionForm, minutes_form
from maillage.network.meetings.queries.minutes import action
from maillage.network.meetings.views.blueprint import blueprint
from maillage.network.meetings.views.frame import back, framed, page
from maillage.web.authz import actor, requires
from maillage.web.forms import Form, choices

THEN = {"decide": "meetings.decide", "entrust": "meetings.entrust", "publish": "meetings.publish"}
"""Where a button that saves the minutes goes on to."""


@blueprint.get("/reseau/reunions/<uuid:meeting_id>/compte-rendu")
@requires(TAKE_PART)
def minutes(meeting_id: UUID) -> ResponseReturnValue:
    frame = framed(meeting_id, Act.READ_MINUTES)
    return page(
        "minutes",
        frame,
        minutes=queries.minutes(session(), frame.meeting),
        points=queries.agenda(session(), meeting_id).ordered,
        seats=queries.seats(session(), frame.meeting),
        me=actor().user_id,
    )


@blueprint.route("/reseau/reunions/<uuid:meeting_id>/compte-rendu/ecrire", methods=["GET", "POST"])
@requires(LEAD)
def write(meeting_id: UUID) -> ResponseReturnValue:
    frame = framed(meeting_id, Act.WRITE)
    points = queries.agenda(session(), meeting_id).ordered
    form = minutes_form(points, frame.meeting.summary, frame.meeting.version)
    if form.accepted_by(
        lambda: service.write(
            actor(),
            meeting_id=meeting_id,
            summary=form.summary.data or "",
            notes=form.notes(points),
            version=form.known_version(),
        )
    ):
        then = THEN.get(request.form.get("then", ""))
        if then is None:
            flash("Le compte rendu est enregistré. Il reste à le publier.", "success")
        return back(meeting_id, then or "meetings.write")
    return page("write", frame, form, points=points, minutes=queries.minutes(session(), frame.meeting))


@blueprint.route("/reseau/reunions/<uuid:meeting_id>/decisions/nouvelle", methods=["GET", "POST"])
@requires(LEAD)
def decide(meeting_id: UUID) -> ResponseReturnValue:
    frame, form = framed(meeting_id, Act.WRITE), DecisionForm()
    if form.accepted_by(lambda: service.decide(actor(), meeting_id=meeting_id, text=form.text.data)):
        return back(meeting_id, "meetings.write")
    return page("decide", frame, form)


@blueprint.post("/reseau/reunions/<uuid:meeting_id>/decisions/<uuid:decision_id>/retirer")
@requires(LEAD)
def take_back(meeting_id: UUID, decision_id: UUID) -> ResponseReturnValue:
    service.take_back(actor(), meeting_id=meeting_id, decision_id=decision_id)
    return back(meeting_id, "meetings.write")


@blueprint.route("/reseau/reunions/<uuid:meeting_id>/actions/nouvelle", methods=["GET", "POST"])
@requires(LEAD)
def entrust(meeting_id: UUID) -> ResponseReturnValue:
    frame, form = framed(meeting_id, Act.WRITE), ActionForm()
    people = peers(session(), frame.meeting.group_id)
    form.owner_id.choices = choices({str(one.user_id): one.name for one in people})
    if form.accepted_by(
        lambda: service.entrust(
            actor(),
            meeting_id=meeting_id,
            what=form.what.data,
            owner_id=UUID(form.owner_id.data),
            due_on=form.due_on.data,
        )
    ):
        return back(meeting_id, "meetings.write")
    return page("entrust", frame, form)


@blueprint.route("/reseau/actions/<uuid:action_id>", methods=["GET", "POST"])
@requires(TAKE_PART)
def close_action(action_id: UUID) -> ResponseReturnValue:
    row = action(session(), action_id)
    frame, form = framed(row.meeting_id, Act.FOLLOW), CloseForm()
    if form.accepted_by(
        lambda: service.close_action(actor(), action_id=action_id, state=form.ending(), word=form.word.data or "")
    ):
        flash("C’est noté pour le groupe.", "success")
        return redirect(url_for("meetings.index", group_id=row.group_id), 303)
    return page("close_action", frame, form, action=row)


@blueprint.route("/reseau/reunions/<uuid:meeting_id>/publier", methods=["GET", "POST"])
@requires(LEAD)
def publish(meeting_id: UUID) -> ResponseReturnValue:
    frame, form = framed(meeting_id, Act.PUBLISH), Form()
    if form.accepted_by(lambda: service.publish(actor(), meeting_id=meeting_id)):
        flash("Le compte rendu est publié : les membres du groupe sont prévenus.", "success")
        return back(meeting_id, "meetings.minutes")
    return page("publish", frame, form)


@blueprint.post("/reseau/reunions/<uuid:meeting_id>/reprendre")
@requires(LEAD)
def reopen(meeting_id: UUID) -> ResponseReturnValue:
    service.reopen(actor(), meeting_id=meeting_id)
    flash("Le compte rendu est à vous : il n’est plus lu par les membres tant que vous ne le publiez pas.", "success")
    return back(meeting_id, "meetings.write")


@blueprint.post("/reseau/reunions/<uuid:meeting_id>/approuver")
@requires(LEAD)
def approve(meeting_id: UUID) -> ResponseReturnValue:
    service.approve(actor(), meeting_id=meeting_id)
    flash("Le compte rendu est approuvé. Il ne change plus.", "success")
    return back(meeting_id, "meetings.minutes")
