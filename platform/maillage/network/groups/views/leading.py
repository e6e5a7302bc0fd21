"""Naming a lead, handing over, leaving, and taking somebody out."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts.queries import organization_names
from maillage.kernel.db import session
from maillage.kernel.errors import Invalid, NotFound
from maillage.network.groups import queries, service
from maillage.network.groups.forms import HandOverForm, LeaveForm
from maillage.network.groups.policy import TAKE_PART
from maillage.network.groups.queries import Peer, Standing
from maillage.network.groups.views.blueprint import blueprint
from maillage.web.authz import actor, requires


@blueprint.post("/reseau/groupes/<uuid:group_id>/membres/<uuid:member_id>/chef")
@requires(TAKE_PART)
def name_lead(group_id: UUID, member_id: UUID) -> ResponseReturnValue:
    try:
        name = service.name_lead(actor(), group_id=group_id, member_id=member_id)
        flash(f"{name} anime maintenant le groupe.", "success")
    except Invalid as refusal:
        flash(refusal.message, "warning")
    return redirect(url_for("groups.members", group_id=group_id), 303)


@blueprint.post("/reseau/groupes/<uuid:group_id>/membres/<uuid:member_id>/fin-de-mission")
@requires(TAKE_PART)
def end_lead(group_id: UUID, member_id: UUID) -> ResponseReturnValue:
    service.end_lead(actor(), group_id=group_id, member_id=member_id)
    flash("Cette personne n’anime plus le groupe ; elle en reste membre.", "success")
    return redirect(url_for("groups.members", group_id=group_id), 303)


@blueprint.post("/reseau/groupes/<uuid:group_id>/membres/<uuid:member_id>/retirer")
@requires(TAKE_PART)
def remove(group_id: UUID, member_id: UUID) -> ResponseReturnValue:
    name = service.remove(actor(), group_id=group_id, member_id=member_id)
    flash(f"{name} ne fait plus partie du groupe. Ce qui a été écrit reste.", "success")
    return redirect(url_for("groups.members", group_id=group_id), 303)


@blueprint.route("/reseau/groupes/<uuid:group_id>/quitter", methods=["GET", "POST"])
@requires(TAKE_PART)
def leave(group_id: UUID) -> ResponseReturnValue:
    return _step_down(group_id, leaving=True)


@blueprint.route("/reseau/groupes/<uuid:group_id>/passer-la-main", methods=["GET", "POST"])
@requires(TAKE_PART)
def hand_over(group_id: UUID) -> ResponseReturnValue:
    return _step_down(group_id, leaving=False)


def _step_down(group_id: UUID, *, leaving: bool) -> ResponseReturnValue:
    stands = queries.standing(session(), actor(), group_id)
    if stands.membership is None or not (leaving or stands.membership.is_lead):
        raise NotFound()
    others = [one for one in queries.peers(session(), group_id) if one.user_id != actor().user_id]
    form = _form(stands, others)
    successor = form.successor if isinstance(form, HandOverForm) else None
    done = form.accepted_by(
        lambda: service.step_down(
            actor(), group_id=group_id, successor=successor.data or "" if successor else "", leaving=leaving
        )
    )
    if done:
        flash("Vous avez quitté le groupe." if leaving else "Vous n’animez plus le groupe.", "success")
        where = url_for("groups.index") if leaving else url_for("groups.show", group_id=group_id)
        return redirect(where, 303)
    unable = [one for one in others if not one.may_lead]
    return render_template(
        "network/groups/step_down.html", form=form, stands=stands, leaving=leaving, unable=unable
    ), form.status


def _form(stands: Standing, others: list[Peer]) -> HandOverForm | LeaveForm:
    """Who leads alone says who is next; everybody else only confirms."""
    assert stands.membership is not None
    if not stands.membership.is_lead or any(one.is_lead and one.may_lead for one in others):
        return LeaveForm()
    form = HandOverForm()
    owner = stands.network.org_id
    form.offer(
        {str(one.member_id): f"{one.name} ({one.org_name})" for one in others if one.may_lead},
        organization_names(session(), [owner]).get(owner, ""),
    )
    return form
