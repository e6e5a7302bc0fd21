"""Noting a referral that was made by phone, on one page."""

from collections.abc import Sequence
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel import clock
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Invalid
from maillage.kernel.idempotency import IdempotencyKey
from maillage.referrals import proposals, service
from maillage.referrals.codes import AgeBand, SharingLevel
from maillage.referrals.consent.frames import frames_of
from maillage.referrals.consent.rules import lacking
from maillage.referrals.forms import CallForm
from maillage.referrals.policy import LANDLORD, SEND
from maillage.referrals.proposals import Proposal
from maillage.referrals.queries import SituationView
from maillage.referrals.service import Standing
from maillage.referrals.views.blueprint import blueprint
from maillage.referrals.views.steps import first_step, prepared_view
from maillage.web.authz import actor, requires

OPPOSED_THERE = (
    "Chez ce partenaire, au moins une personne doit être tenue à l’écart de cette situation. Elle n’en lit rien ici ; "
    "au téléphone, personne ne l’écarte : vérifiez à qui vous parlez."
)


@blueprint.route("/orienter/<uuid:situation_id>/appel", methods=["GET", "POST"])
@requires(SEND)
def note_call(situation_id: UUID) -> ResponseReturnValue:
    view = prepared_view(situation_id)
    if view.missing:
        flash("Dites d’abord le besoin, et au moins un prénom.", "info")
        return redirect(url_for(f"referrals.{first_step(view)}", situation_id=view.id), 303)
    form = CallForm(data=_known(view))
    if "search" not in request.form and form.submitted():
        try:
            [kept] = _keep(form, view)
        except (Invalid, Conflict) as error:
            form.show(error)
        else:
            flash("L’appel est noté. L’orientation se suit ici, comme les autres.", "success")
            if kept.conflict:
                flash(OPPOSED_THERE, "warning")
            return redirect(url_for("referrals.show", referral_id=kept.id), 303)
    return _page(form, view), (200 if "search" in request.form else form.status)


def _known(view: SituationView) -> dict[str, object]:
    plan = view.content.plan
    return {
        "version": view.version,
        "service_id": str(next(iter(plan.service_ids), "")),
        "called_at": clock.now(),
        "sharing_level": plan.sharing_level or SharingLevel.MINIMAL,
        "language": "fr",
        "told_by": actor().user_name,
    }


def _keep(form: CallForm, view: SituationView) -> list[Standing]:
    """The same call to the same partner is kept once, however often the button is pressed."""
    who, call, terms, ground = actor(), form.call(), form.agreed_terms(), form.ground()
    if wrong := lacking(who, terms, ground, minor=view.age_band is AgeBand.UNDER_18):
        raise Invalid(fields=wrong)
    key = f"call:{view.id}:{form.service_id.data}:{call.called_at}"
    return service.note_call(
        who,
        situation_id=view.id,
        service_ids=form.chosen(),
        call=call,
        terms=terms,
        ground=ground,
        idempotency=IdempotencyKey.of(who, key, "POST", request.path, b""),
    )


def _page(form: CallForm, view: SituationView) -> str:
    return render_template(
        "referrals/call.html",
        form=form,
        view=view,
        partners=_partners(form, view),
        frames={str(basis): frame.says for basis, frame in frames_of(actor().country).items()},
        landlord=actor().org_kind == LANDLORD,
        minor=view.age_band is AgeBand.UNDER_18,
    )


def _partners(form: CallForm, view: SituationView) -> Sequence[Proposal]:
    searched = form.q.data if "search" in request.form else ""
    found = proposals.suiting(session(), actor(), view.themes, view.commune_code, searched, called=True)
    return proposals.chosen_first(session(), form.chosen(), found)
