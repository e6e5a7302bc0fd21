"""The page where a receiving team notes things for itself."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts.vault.queries import Place, standing
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Forbidden, Invalid
from maillage.referrals.codes import Side
from maillage.referrals.inside import queries, service
from maillage.referrals.inside.forms import NoteForm
from maillage.referrals.policy import ANSWER, READ_ASSIGNED, READ_ORGANIZATION, READ_OWN
from maillage.referrals.queries import load
from maillage.web.authz import actor, requires
from maillage.web.templating import moment

blueprint = Blueprint("inside", __name__)


@blueprint.route("/orientations/<uuid:referral_id>/notes", methods=["GET", "POST"])
@requires(ANSWER, READ_OWN, READ_ORGANIZATION, READ_ASSIGNED)
def notes(referral_id: UUID) -> ResponseReturnValue:
    referral, side = load(session(), actor(), referral_id)
    if side is not Side.RECEIVER:
        raise Forbidden()
    form = NoteForm()
    if form.submitted():
        try:
            service.note(actor(), referral_id=referral_id, text=form.text.data)
        except (Conflict, Invalid) as error:
            form.show(error)
        else:
            flash("Votre note est gardée pour l’équipe.", "success")
            return redirect(url_for("inside.notes", referral_id=referral_id), 303)
    found = queries.team_notes(session(), actor(), referral_id)
    page = render_template(
        "referrals/inside/notes.html",
        form=form,
        referral_id=referral_id,
        reference=referral.reference,
        notes=[_line(line) for line in found.lines],
        closed=found.closed,
        standing=standing(session(), actor()),
        places=Place,
        may_note=queries.may_note(actor(), side, referral),
    )
    return page, form.status


def _line(line: queries.NoteLine) -> dict[str, object]:
    mine = line.user_id == actor().user_id
    return {
        "author": "Vous" if mine else line.user_name,
        "when": moment(line.at),
        "iso": line.at.isoformat(),
        "body": line.text,
        "mine": mine,
    }
