"""Pages of who comes, who is invited, and who was there."""

from uuid import UUID

from flask import flash
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.network.groups.policy import LEAD, TAKE_PART
from maillage.network.meetings import queries, service
from maillage.network.meetings.codes import Act
from maillage.network.meetings.forms import AnswerForm, GuestForm, presence_form
from maillage.network.meetings.views.blueprint import blueprint
from maillage.network.meetings.views.frame import back, framed, page
from maillage.web.authz import actor, requires


@blueprint.route("/reseau/reunions/<uuid:meeting_id>/reponse", methods=["GET", "POST"])
@requires(TAKE_PART)
def answer(meeting_id: UUID) -> ResponseReturnValue:
    frame, me = framed(meeting_id, Act.ANSWER), actor().user_id
    mine = next((seat for seat in queries.seats(session(), frame.meeting) if seat.id == me), None)
    form = AnswerForm(obj=mine)
    if form.accepted_by(
        lambda: service.answer(actor(), meeting_id=meeting_id, said=form.answer(), stand_in=form.stand_in.data or "")
    ):
        flash("Votre réponse est notée.", "success")
        return back(meeting_id)
    return page("answer", frame, form)


@blueprint.route("/reseau/reunions/<uuid:meeting_id>/invites", methods=["GET", "POST"])
@requires(LEAD)
def guests(meeting_id: UUID) -> ResponseReturnValue:
    frame, form = framed(meeting_id, Act.INVITE), GuestForm()
    if form.accepted_by(
        lambda: service.invite(
            actor(), meeting_id=meeting_id, name=form.name.data, email=form.email.data, body=form.body.data or ""
        )
    ):
        flash("L’invitation part à cette adresse.", "success")
        return back(meeting_id, "meetings.guests")
    invited = [seat for seat in queries.seats(session(), frame.meeting) if seat.guest]
    return page("guests", frame, form, invited=invited)


@blueprint.post("/reseau/reunions/<uuid:meeting_id>/invites/<uuid:guest_id>/retirer")
@requires(LEAD)
def withdraw(meeting_id: UUID, guest_id: UUID) -> ResponseReturnValue:
    service.withdraw(actor(), meeting_id=meeting_id, guest_id=guest_id)
    flash("L’invitation est retirée : son lien ne s’ouvre plus.", "success")
    return back(meeting_id, "meetings.guests")


@blueprint.post("/reseau/reunions/<uuid:meeting_id>/ouvrir")
@requires(LEAD)
def begin(meeting_id: UUID) -> ResponseReturnValue:
    service.begin(actor(), meeting_id=meeting_id)
    return back(meeting_id, "meetings.presence")


@blueprint.route("/reseau/reunions/<uuid:meeting_id>/presences", methods=["GET", "POST"])
@requires(LEAD)
def presence(meeting_id: UUID) -> ResponseReturnValue:
    frame = framed(meeting_id, Act.RECORD)
    seats = queries.seats(session(), frame.meeting)
    form = presence_form(seats)
    if form.accepted_by(lambda: service.record_presence(actor(), meeting_id=meeting_id, found=form.found(seats))):
        flash("Les présences sont notées.", "success")
        return back(meeting_id, "meetings.write")
    return page("presence", frame, form, seats=seats)
