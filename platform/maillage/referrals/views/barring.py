"""Pages that keep somebody out of a situation: set by who refers, or by who knows the person."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts.queries import colleagues, organization_names
from maillage.directory.queries import referable_services
from maillage.kernel.db import session
from maillage.kernel.errors import Invalid
from maillage.kernel.ids import parse_id
from maillage.referrals import queries, service
from maillage.referrals.codes import Side
from maillage.referrals.forms.barring import BarForm, StepAsideForm
from maillage.referrals.policy import READS, SEND
from maillage.referrals.queries import SituationView
from maillage.referrals.views.blueprint import blueprint
from maillage.web.authz import actor, requires
from maillage.web.forms import choices


@blueprint.route("/situations/<uuid:situation_id>/acces", methods=["GET", "POST"])
@requires(SEND)
def bars(situation_id: UUID) -> ResponseReturnValue:
    view = queries.situation_view(session(), actor(), situation_id)
    form = BarForm()
    form.who.choices = choices(_candidates(view))
    if form.submitted():
        try:
            who = parse_id(form.who.data or "")
            assert who is not None  # one of the choices
            service.bar(actor(), situation_id=view.id, who=who, reason=form.reason.data or "")
        except Invalid as error:
            form.show(error)
        else:
            flash("C’est fait : dès maintenant, rien de cette situation ne lui est lisible.", "success")
            return redirect(url_for("referrals.bars", situation_id=view.id), 303)
    shut = service.barred(actor(), situation_id=view.id)
    return render_template("referrals/bars.html", view=view, form=form, bars=shut), form.status


@blueprint.post("/situations/<uuid:situation_id>/acces/<uuid:bar_id>/lever")
@requires(SEND)
def lift_bar(situation_id: UUID, bar_id: UUID) -> ResponseReturnValue:
    service.lift(actor(), situation_id=situation_id, bar_id=bar_id)
    flash("L’accès n’est plus fermé.", "success")
    return redirect(url_for("referrals.bars", situation_id=situation_id), 303)


@blueprint.route("/orientations/<uuid:referral_id>/je-connais-cette-personne", methods=["GET", "POST"])
@requires(*READS)
def step_aside(referral_id: UUID) -> ResponseReturnValue:
    view = queries.referral_view(session(), actor(), referral_id)
    form = StepAsideForm()
    if form.submitted():
        try:
            service.step_aside(actor(), referral_id=referral_id, reason=form.reason.data or "")
        except Invalid as error:
            form.show(error)
        else:
            flash("C’est noté, merci. Vos collègues sont prévenus ; vous n’y avez plus accès.", "success")
            there = "referrals.my_work" if view.side is Side.SENDER else "referrals.inbox"
            return redirect(url_for(there), 303)
    return render_template("referrals/step_aside.html", view=view, form=form), form.status


def _candidates(view: SituationView) -> dict[str, str]:
    """Colleagues, and the organisations that have it or are about to."""
    who = actor()
    assert who.org_id is not None
    planned = {it.org_id: it.org_name for it in referable_services(session(), view.content.plan.service_ids)}
    having = organization_names(session(), {line.partner.org_id for line in (*view.sent, *view.prepared)})
    team = {it.user_id: it.name for it in colleagues(session(), who.org_id) if it.user_id != who.user_id}
    return {str(id_): name for id_, name in ((planned | having) | team).items()}
