"""My groups, the page of one, its settings, and the first steps of a newcomer."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts.queries import organization_names
from maillage.directory.territories import label, to_words
from maillage.kernel.db import session
from maillage.network.groups import panels, queries, service
from maillage.network.groups.forms import GroupForm
from maillage.network.groups.models import EntryKind
from maillage.network.groups.policy import TAKE_PART, Deed
from maillage.network.groups.steps import STEPS
from maillage.network.groups.views.blueprint import blueprint
from maillage.web.authz import actor, requires

SHOWN = 8


@blueprint.get("/reseau")
@requires(TAKE_PART)
def index() -> ResponseReturnValue:
    entries, after = queries.own_entries(session(), actor()), request.args.get("after")
    offered = queries.offered(session(), actor(), after=after)
    return render_template(
        "network/groups/index.html",
        mine=queries.my_groups(session(), actor()),
        invitations=[it for it in entries if it[0].kind == EntryKind.INVITATION],
        requests=[it for it in entries if it[0].kind == EntryKind.REQUEST],
        offered=offered.rows,
        next_href=url_for("groups.index", after=offered.next) if offered.next else None,
        first_href=url_for("groups.index") if after else None,
        place=label,
    )


@blueprint.get("/reseau/groupes/<uuid:group_id>")
@requires(TAKE_PART)
def show(group_id: UUID) -> ResponseReturnValue:
    stands = queries.standing(session(), actor(), group_id)
    people, together = queries.first_peers(session(), group_id, SHOWN)
    vacant = not any(one.is_lead for one in people)  # leads come first
    owner = stands.network.org_id
    may_animate = stands.may(Deed.ANIMATE)
    return render_template(
        "network/groups/group.html",
        stands=stands,
        panels=panels.built(session(), actor(), stands),
        people=people,
        together=together,
        animated_by=organization_names(session(), [owner]).get(owner) if vacant else None,
        may_animate=may_animate,
        asked=stands.asked if may_animate else 0,
        place=label,
    )


@blueprint.route("/reseau/groupes/<uuid:group_id>/reglages", methods=["GET", "POST"])
@requires(TAKE_PART)
def settings(group_id: UUID) -> ResponseReturnValue:
    stands = queries.standing(session(), actor(), group_id, Deed.ANIMATE)
    group = stands.group
    territory = to_words(group.territory, stands.network.country) if group.territory else ""
    form = GroupForm(data={"name": group.name, "territory": territory, "welcome": group.welcome})
    if form.accepted_by(lambda: service.change_group(actor(), group_id=group_id, content=form.content())):
        flash("Le groupe est à jour.", "success")
        return redirect(url_for("groups.show", group_id=group_id), 303)
    return render_template("network/groups/settings.html", form=form, group=group), form.status


@blueprint.get("/reseau/groupes/<uuid:group_id>/bienvenue")
@requires(TAKE_PART)
def welcome(group_id: UUID) -> ResponseReturnValue:
    stands = queries.standing(session(), actor(), group_id)
    leads = [one for one in queries.peers(session(), group_id) if one.is_lead]
    done = set(stands.membership.welcomed) if stands.membership else set()
    return render_template("network/groups/welcome.html", stands=stands, leads=leads, steps=STEPS, done=done)


@blueprint.post("/reseau/groupes/<uuid:group_id>/bienvenue")
@requires(TAKE_PART)
def mark_step(group_id: UUID) -> ResponseReturnValue:
    code, _, state = request.form.get("step", "").partition(":")
    service.mark_step(actor(), group_id=group_id, code=code, done=state == "done")
    return redirect(url_for("groups.welcome", group_id=group_id), 303)
