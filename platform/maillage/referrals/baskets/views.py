"""The page of a network lead: whom to call."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.referrals.baskets import queries, service
from maillage.referrals.baskets.queries import Basket
from maillage.referrals.policy import LEAD
from maillage.web.authz import actor, requires

blueprint = Blueprint("baskets", __name__)
TITLES = {
    Basket.MANY: f"{queries.MANY} orientations ou plus",
    Basket.SOME: "Plusieurs orientations",
    Basket.ONE: "Une seule orientation",
}


@blueprint.get("/reseau/partenaires")
@requires(LEAD)
def index() -> ResponseReturnValue:
    waiting = queries.partners(session(), actor())
    baskets = [(title, [it for it in waiting if it.basket is basket]) for basket, title in TITLES.items()]
    return render_template("referrals/baskets/index.html", baskets=[it for it in baskets if it[1]])


@blueprint.post("/reseau/partenaires/<uuid:org_id>/appel")
@requires(LEAD)
def note_call(org_id: UUID) -> ResponseReturnValue:
    name = service.note_call(actor(), partner_id=org_id)
    flash(f"Votre appel à « {name} » est noté.", "success")
    return redirect(url_for("baskets.index"), 303)
