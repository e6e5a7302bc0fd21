"""Notices in the application, and preferences."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from maillage.kernel.db import session
from maillage.notifications import kinds, queries, service
from maillage.notifications.forms import preferences_form
from maillage.web.authz import actor, requires

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/notifications")
@requires()
def inbox() -> ResponseReturnValue:
    after = request.args.get("after")
    page = queries.inbox(session(), actor(), after)
    return render_template("notifications/inbox.html", page=page, wording=kinds.wording, first_page=not after)


@blueprint.post("/notifications/<uuid:notification_id>/open")
@requires()
def open_notice(notification_id: UUID) -> ResponseReturnValue:
    return redirect(service.mark_read(actor(), notification_id=notification_id), 303)


@blueprint.post("/notifications/read")
@requires()
def read_all() -> ResponseReturnValue:
    service.mark_all_read(actor())
    flash("Tout est marqué comme lu.", "success")
    return redirect(url_for("notifications.inbox"), 303)


@blueprint.route("/notifications/preferences", methods=["GET", "POST"])
@requires()
def preferences() -> ResponseReturnValue:
    who = actor()
    form = preferences_form(queries.preferences(session(), who), queries.quiet_of(session(), who))
    if form.submitted():
        service.set_preferences(who, choices=form.chosen(), quiet_time=form.quiet_time())
        flash("Vos choix sont enregistrés.", "success")
        return redirect(url_for("notifications.preferences"), 303)
    return render_template("notifications/preferences.html", form=form), form.status


def mails_wait() -> bool:
    """For the pages that send somebody to their mailbox."""
    return bool(session().scalar(select(queries.mails_wait())))
