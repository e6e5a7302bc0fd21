"""The page that opens what is outside one's need to know."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.errors import Invalid
from maillage.referrals.glass import service
from maillage.referrals.glass.forms import GlassForm
from maillage.referrals.glass.service import Found
from maillage.referrals.policy import ANSWER, READ_ORGANIZATION
from maillage.web.authz import actor, requires
from maillage.web.throttle import limiter

blueprint = Blueprint("glass", __name__)


@blueprint.route("/orientations/ouvrir", methods=["GET", "POST"])
@requires(READ_ORGANIZATION, ANSWER)
@limiter.limit("10 per minute; 30 per hour", methods=["POST"])
def open_one() -> ResponseReturnValue:
    form = GlassForm()
    if form.submitted():
        try:
            found = service.break_glass(actor(), reference=form.reference.data, reason=form.reason.data)
        except Invalid as error:
            form.show(error)
        else:
            if not found.known:
                flash("C’est ouvert pour 24 heures. Qui la suit en est prévenu.", "success")
            return redirect(_address(found), 303)
    return render_template("referrals/glass.html", form=form), form.status


def _address(found: Found) -> str:
    if found.referral_id is not None:
        return url_for("referrals.show", referral_id=found.referral_id)
    return url_for("referrals.situation", situation_id=found.situation_id)
