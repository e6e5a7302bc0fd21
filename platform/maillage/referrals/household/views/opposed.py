"""The one place where somebody is said to be opposed to a person, with what follows from it."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.kernel.errors import NotFound
from maillage.referrals import queries as referrals
from maillage.referrals import service as referring
from maillage.referrals.household import queries, service
from maillage.referrals.household.forms import ApartForm, OpposedForm, UnsayForm
from maillage.referrals.household.opposed import Opposed, opposed_persons
from maillage.referrals.household.views.blueprint import blueprint
from maillage.referrals.household.views.manners import back_to, done
from maillage.referrals.household.views.persons import named
from maillage.referrals.policy import SEND
from maillage.web.authz import actor, requires
from maillage.web.forms import choices, whole_number

SAID = "C’est noté : qui porte ce nom n’en lira rien, nulle part."
PARTED = "Les deux personnes sont suivies à part."
UNSAID = "Ce nom n’écarte plus personne."


@blueprint.route("/<uuid:situation_id>/opposes", methods=["GET", "POST"])
@requires(SEND)
def opposed(situation_id: UUID) -> ResponseReturnValue:
    view, form = service.open_file(actor(), situation_id=situation_id), OpposedForm()
    if done(form, lambda: service.oppose(actor(), situation_id=situation_id, name=form.name.data)):
        if form.followed.data == "yes":
            last = len(_persons(situation_id))
            return redirect(url_for("household.keep_apart", situation_id=situation_id, n=last), 303)
        return back_to("household.opposed", situation_id, SAID)
    page = render_template(
        "referrals/household/opposed.html",
        view=view,
        form=form,
        persons=_persons(situation_id),
        bars=referring.barred(actor(), situation_id=situation_id),
        begun=bool(referrals.situation_view(session(), actor(), situation_id).sent),
    )
    return page, form.status


@blueprint.post("/<uuid:situation_id>/opposes/retirer")
@requires(SEND)
def unsay(situation_id: UUID) -> ResponseReturnValue:
    form = UnsayForm()
    if not form.submitted():
        raise NotFound()
    service.unsay(actor(), situation_id=situation_id, name=form.name.data)
    return back_to("household.opposed", situation_id, UNSAID)


@blueprint.route("/<uuid:situation_id>/opposes/a-part", methods=["GET", "POST"])
@requires(SEND)
def keep_apart(situation_id: UUID) -> ResponseReturnValue:
    """Who follows the opposed person from now on. `n` in the address: which of those named, since no address names."""
    view, known = service.open_file(actor(), situation_id=situation_id), _chosen(situation_id)
    form = ApartForm(data={"name": known.name, "reference": known.reference})
    situation = referrals.load_situation(session(), actor(), situation_id)
    team = queries.who_may_take_the_other(session(), actor(), situation)
    form.user_id.choices = choices(named(team))
    if done(
        form,
        lambda: service.keep_apart(
            actor(),
            situation_id=situation_id,
            user_id=UUID(form.user_id.data),
            reference=form.reference.data or "",
            name=form.name.data,
        ),
    ):
        return back_to("household.opposed", situation_id, PARTED)
    return render_template("referrals/household/keep_apart.html", view=view, form=form, team=team), form.status


def _persons(situation_id: UUID) -> list[Opposed]:
    return opposed_persons(session(), actor(), referrals.load_situation(session(), actor(), situation_id))


def _chosen(situation_id: UUID) -> Opposed:
    """The person that the address counts to; nobody yet when it counts to none."""
    number = whole_number(request.args.get("n")) or 0
    found = [one for place, one in enumerate(_persons(situation_id), start=1) if place == number]
    return found[0] if found else Opposed("")
