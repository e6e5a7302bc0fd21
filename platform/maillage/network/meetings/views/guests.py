"""What a guest's link opens: GET shows and changes nothing, POST says whether they come."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.network.meetings import calendar, queries, service
from maillage.network.meetings.forms import AnswerForm
from maillage.network.meetings.policy import GUEST_ADDRESS_KEPT
from maillage.network.meetings.queries import InvitationOver
from maillage.network.meetings.views.planning import as_file
from maillage.web.authz import public
from maillage.web.throttle import limiter

blueprint = Blueprint("meeting_guests", __name__)
MAILED = "a link mailed to a guest of one meeting, whose secret opens that invitation alone"


@blueprint.errorhandler(InvitationOver)
def over(error: InvitationOver) -> ResponseReturnValue:
    """Says the same of an invitation that is over and of one that never was."""
    session().rollback()
    return render_template("network/meetings/over.html"), error.status


@blueprint.route("/reunion/<secret>", methods=["GET", "POST"])
@public(MAILED, personal=True)
@limiter.limit("30 per hour", methods=["POST"])
def enter(secret: str) -> ResponseReturnValue:
    found = queries.invitation(session(), secret)
    form = AnswerForm(obj=found.guest)
    if form.accepted_by(
        lambda: service.answer_invitation(secret=secret, said=form.answer(), stand_in=form.stand_in.data or "")
    ):
        flash("Merci, votre réponse est notée. Vous pouvez la changer jusqu’au jour de la réunion.", "success")
        return redirect(url_for("meeting_guests.enter", secret=secret), 303)
    kept = GUEST_ADDRESS_KEPT.days
    page = render_template("network/meetings/invitation.html", form=form, found=found, secret=secret, kept=kept)
    return page, form.status


@blueprint.get("/reunion/<secret>/agenda.ics")
@public(MAILED, personal=True)
def calendar_file(secret: str) -> ResponseReturnValue:
    found = queries.invitation(session(), secret)
    return as_file(calendar.entry(found.meeting, found.group_name))
