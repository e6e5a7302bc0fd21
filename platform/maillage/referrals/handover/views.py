"""The page where a colleague or a team is asked to take something on."""

from hashlib import sha256
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.kernel.idempotency import IdempotencyKey
from maillage.referrals import queries
from maillage.referrals.codes import SharingLevel, Urgency
from maillage.referrals.handover import service
from maillage.referrals.handover.forms import HandOverForm
from maillage.referrals.handover.queries import addressees
from maillage.referrals.policy import SEND
from maillage.referrals.queries import SituationView, load_situation
from maillage.referrals.service import Standing
from maillage.referrals.views import words
from maillage.referrals.views.partners import card_of
from maillage.referrals.views.steps import first_step
from maillage.web.authz import actor, requires

DECIDED = ("Urgence", "Ce qui est demandé")  # on this very page
blueprint = Blueprint("handover", __name__)


@blueprint.route("/orienter/<uuid:situation_id>/passer-la-main", methods=["GET", "POST"])
@requires(SEND)
def hand_over(situation_id: UUID) -> ResponseReturnValue:
    view = queries.situation_view(session(), actor(), situation_id)
    if view.missing:
        flash("Il reste quelques informations à donner.", "info")
        return redirect(url_for(f"referrals.{first_step(view)}", situation_id=view.id), 303)
    plan = view.content.plan
    form = HandOverForm(data={"urgency": plan.urgency, "deadline": plan.deadline})
    found = addressees(session(), actor(), load_situation(session(), actor(), view.id))
    form.offer(found)
    made: list[Standing] = []
    if form.accepted_by(lambda: made.append(_ask(form, view))):
        flash("C’est demandé. Un avis vous dira la réponse.", "success")
        return redirect(url_for("referrals.show", referral_id=made[0].id), 303)
    page = render_template(
        "referrals/handover/hand_over.html",
        form=form,
        view=view,
        anybody=bool(found.people),
        need=[row for row in words.card_rows(card_of(view)) if row["term"] not in DECIDED],
    )
    return page, form.status


def _ask(form: HandOverForm, view: SituationView) -> Standing:
    """The same words to the same colleagues leave once, however often the button is pressed."""
    who, text = actor(), form.question.data or ""
    key = f"hand:{view.id}:{sha256(f'{form.to.data}|{text}'.encode()).hexdigest()}"
    return service.hand_over(
        who,
        situation_id=view.id,
        to=form.chosen(),
        question=text,
        sharing_level=SharingLevel(str(form.sharing_level.data)),
        urgency=Urgency(str(form.urgency.data)),
        deadline=form.deadline.data,
        idempotency=IdempotencyKey.of(who, key, "POST", request.path, b""),
    )
