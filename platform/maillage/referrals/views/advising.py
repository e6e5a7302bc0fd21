"""Asking a partner for advice without naming anybody, and making an orientation of it afterwards."""

from hashlib import sha256
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Invalid, NotFound
from maillage.kernel.idempotency import IdempotencyKey
from maillage.referrals import proposals, queries, service
from maillage.referrals.checks import missing_of
from maillage.referrals.codes import Kind, Side
from maillage.referrals.forms import AdviceForm
from maillage.referrals.policy import SEND
from maillage.referrals.queries import SituationView
from maillage.referrals.service import Standing
from maillage.referrals.views import words
from maillage.referrals.views.blueprint import blueprint
from maillage.referrals.views.partners import card_of
from maillage.referrals.views.steps import prepared_view, with_partner
from maillage.web.authz import actor, requires


@blueprint.route("/orienter/<uuid:situation_id>/conseil", methods=["GET", "POST"])
@requires(SEND)
def advise(situation_id: UUID) -> ResponseReturnValue:
    view = prepared_view(situation_id)
    if missing_of(view.missing, Kind.ADVICE):
        flash("Dites d’abord de quel besoin il s’agit.", "info")
        return redirect(url_for("referrals.need", situation_id=view.id), 303)
    form = AdviceForm(data={"service_id": str(next(iter(view.content.plan.service_ids), ""))})
    if "search" not in request.form and form.submitted():
        try:
            (asked,) = _ask(form, view)
        except (Invalid, Conflict) as error:
            form.show(error)
        else:
            flash("Votre question est partie. Un avis vous dira la réponse.", "success")
            return redirect(url_for("referrals.show", referral_id=asked.id), 303)
    found = _look_for(form, view)
    page = render_template(
        "referrals/advice.html",
        form=form,
        view=view,
        partners=proposals.chosen_first(session(), form.chosen(), found),
        card=words.card_rows(card_of(view)),
    )
    return page, (200 if "search" in request.form else form.status)


@blueprint.post("/orientations/<uuid:referral_id>/en-faire-une-orientation")
@requires(SEND)
def turn_into(referral_id: UUID) -> ResponseReturnValue:
    """The same situation and the same partner, as an ordinary orientation: whatever it lacks is asked for next."""
    asked = queries.referral_view(session(), actor(), referral_id)
    if asked.kind is not Kind.ADVICE or asked.side is not Side.SENDER:
        raise NotFound()
    if asked.situation_id is None or asked.service_id is None:
        raise NotFound()
    view = queries.situation_view(session(), actor(), asked.situation_id)
    with_partner(view, asked.service_id)
    return redirect(url_for("referrals.resume", situation_id=view.id), 303)


def _ask(form: AdviceForm, view: SituationView) -> list[Standing]:
    """The same question to the same partner leaves once, however often the button is pressed."""
    who, text = actor(), form.question.data or ""
    key = f"advice:{view.id}:{form.service_id.data}:{sha256(text.encode()).hexdigest()}"
    return service.ask_advice(
        who,
        situation_id=view.id,
        service_ids=form.chosen(),
        question=text,
        urgency=view.content.plan.urgency,
        idempotency=IdempotencyKey.of(who, key, "POST", request.path, b""),
    )


def _look_for(form: AdviceForm, view: SituationView) -> list[proposals.Proposal]:
    searched = form.q.data if "search" in request.form else ""
    return proposals.suiting(session(), actor(), view.themes, view.commune_code, searched or "")
