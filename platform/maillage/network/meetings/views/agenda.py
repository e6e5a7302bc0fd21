"""Pages of the agenda."""

from uuid import UUID

from flask import flash
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.network.groups.policy import LEAD, TAKE_PART
from maillage.network.meetings import queries, service
from maillage.network.meetings.codes import Act
from maillage.network.meetings.forms import ItemForm, order_form
from maillage.network.meetings.views.blueprint import blueprint
from maillage.network.meetings.views.frame import back, framed, page
from maillage.web.authz import actor, requires


@blueprint.route("/reseau/reunions/<uuid:meeting_id>/points/nouveau", methods=["GET", "POST"])
@requires(TAKE_PART)
def propose(meeting_id: UUID) -> ResponseReturnValue:
    frame, form = framed(meeting_id, Act.PROPOSE), ItemForm()
    if form.accepted_by(
        lambda: service.propose(actor(), meeting_id=meeting_id, title=form.title.data, lasts=form.minutes())
    ):
        told = "Le point est à l’ordre du jour." if frame.leads else "Le point est proposé à l’animation du groupe."
        flash(told, "success")
        return back(meeting_id)
    return page("propose", frame, form)


@blueprint.route("/reseau/reunions/<uuid:meeting_id>/ordre-du-jour", methods=["GET", "POST"])
@requires(LEAD)
def order(meeting_id: UUID) -> ResponseReturnValue:
    frame = framed(meeting_id, Act.ORDER)
    points = queries.agenda(session(), meeting_id).points
    form = order_form(points)
    if form.accepted_by(lambda: service.order(actor(), meeting_id=meeting_id, places=form.places(points))):
        flash("L’ordre du jour est enregistré.", "success")
        return back(meeting_id)
    return page("order", frame, form, points=points)
