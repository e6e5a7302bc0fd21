"""Where an administrator names who reads a file that nobody can read any more. Nothing of it is shown: a reference."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.referrals.household import service
from maillage.referrals.household.forms import ReaderForm
from maillage.referrals.household.service.rescue import ADMINISTERS
from maillage.referrals.household.views.persons import named
from maillage.web.authz import actor, requires
from maillage.web.forms import choices

blueprint = Blueprint("rescue", __name__, url_prefix="/administration/dossiers-sans-lecteur")


@blueprint.get("")
@requires(ADMINISTERS)
def index() -> ResponseReturnValue:
    return render_template("referrals/household/unread.html", files=service.unread_files(actor()))


@blueprint.route("/<uuid:situation_id>", methods=["GET", "POST"])
@requires(ADMINISTERS, fresh=True)
def give(situation_id: UUID) -> ResponseReturnValue:
    form, team = ReaderForm(), service.may_read_instead(actor(), situation_id=situation_id)
    form.user_id.choices = choices(named(team))
    if form.accepted_by(lambda: service.rescue(actor(), situation_id=situation_id, user_id=UUID(form.user_id.data))):
        flash(
            "Cette personne peut lire le dossier. Elle en est prévenue, et les autres administrateurs aussi.", "success"
        )
        return redirect(url_for("rescue.index"), 303)
    reference = next(it.reference for it in service.unread_files(actor()) if it.id == situation_id)
    page = render_template("referrals/household/rescue.html", form=form, team=team, reference=reference)
    return page, form.status
