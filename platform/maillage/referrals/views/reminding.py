"""The page that holds the reminders of a referral."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.kernel.errors import Invalid, NotFound
from maillage.referrals import queries, service
from maillage.referrals.codes import HoldReason, Kind, Side
from maillage.referrals.content import Plan, StepInput
from maillage.referrals.forms.reminding import HoldForm
from maillage.referrals.policy import SEND
from maillage.referrals.views.blueprint import blueprint
from maillage.referrals.views.steps import asked_service
from maillage.web.authz import actor, requires
from maillage.web.templating import day


@blueprint.route("/orientations/<uuid:referral_id>/relances", methods=["GET", "POST"])
@requires(SEND)
def hold_reminders(referral_id: UUID) -> ResponseReturnValue:
    view = queries.referral_view(session(), actor(), referral_id)
    form = HoldForm()
    if form.submitted():
        until, reason = form.until.data, HoldReason(str(form.reason.data))
        try:
            service.hold(actor(), referral_id=referral_id, until=until, reason=reason)
        except Invalid as error:
            form.show(error)
        else:
            flash(f"C’est noté : personne n’est relancé jusqu’au {day(until)}.", "success")
            return redirect(url_for("referrals.show", referral_id=referral_id), 303)
    return render_template("referrals/hold_reminders.html", view=view, form=form), form.status


@blueprint.post("/orientations/<uuid:referral_id>/partenaire-suivant")
@requires(SEND)
def next_partner(referral_id: UUID) -> ResponseReturnValue:
    """The same situation on the same terms to another partner: the last look before it leaves comes next."""
    sent, chosen = queries.referral_view(session(), actor(), referral_id), asked_service()
    if chosen is None or sent.kind is not Kind.REFERRAL or sent.side is not Side.SENDER or sent.situation_id is None:
        raise NotFound()
    view = queries.situation_view(session(), actor(), sent.situation_id)
    plan = Plan(service_ids=(chosen.id,), sharing_level=sent.terms.sharing_level, urgency=sent.terms.urgency)
    service.update_situation(actor(), situation_id=view.id, given=StepInput(plan=plan), version=view.version)
    return redirect(url_for("referrals.resume", situation_id=view.id), 303)
