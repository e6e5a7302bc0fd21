"""Several persons of one household, and who reads what is kept apart."""

from collections.abc import Iterable
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts.queries.people import Colleague
from maillage.kernel.db import session
from maillage.referrals.household import queries, service
from maillage.referrals.household.forms import PersonForm, ReaderForm
from maillage.referrals.household.views.blueprint import blueprint
from maillage.referrals.household.views.manners import back_to, done
from maillage.referrals.policy import SEND
from maillage.web.authz import actor, requires
from maillage.web.forms import choices


@blueprint.route("/<uuid:situation_id>/menage/ajouter", methods=["GET", "POST"])
@requires(SEND)
def add_person(situation_id: UUID) -> ResponseReturnValue:
    view, form = service.open_file(actor(), situation_id=situation_id), PersonForm()
    added: list[UUID] = []
    if done(
        form,
        lambda: added.append(
            service.add_person(actor(), situation_id=situation_id, reference=form.reference.data or "")
        ),
    ):
        flash("Cette personne a maintenant sa propre situation, dans le même ménage.", "success")
        return redirect(url_for("referrals.situation", situation_id=added[0]), 303)
    return render_template("referrals/household/add_person.html", view=view, form=form), form.status


@blueprint.route("/<uuid:situation_id>/lecteurs", methods=["GET", "POST"])
@requires(SEND)
def readers(situation_id: UUID) -> ResponseReturnValue:
    view, form = service.open_file(actor(), situation_id=situation_id), ReaderForm()
    household = queries.household_of(session(), situation_id)
    reading = queries.readers_of(session(), household)
    team = [one for one in queries.who_may_follow(session(), actor(), household) if one.user_id not in reading]
    form.user_id.choices = choices(named(team))
    if done(form, lambda: service.let_read(actor(), situation_id=situation_id, user_id=UUID(form.user_id.data))):
        return back_to("household.person", situation_id, "Cette personne peut maintenant lire ce dossier.")
    return render_template("referrals/household/readers.html", view=view, form=form, team=team), form.status


def named(team: Iterable[Colleague]) -> dict[str, str]:
    return {str(one.user_id): f"{one.name}, {one.job_title}" if one.job_title else one.name for one in team}
