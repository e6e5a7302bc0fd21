"""What people would like to learn."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.directory.vocabulary import themes
from maillage.kernel.db import session
from maillage.network.events import queries, service
from maillage.network.events.forms import NeedsForm
from maillage.network.groups.policy import LEAD, TAKE_PART
from maillage.network.groups.queries import my_groups
from maillage.web.authz import actor, requires

blueprint = Blueprint("training_needs", __name__, url_prefix="/reseau/formations/besoins")


@blueprint.route("", methods=["GET", "POST"])
@requires(TAKE_PART)
def own() -> ResponseReturnValue:
    who = actor()
    hosts = queries.hosts(session(), who)
    form = NeedsForm()
    groups = {one.id: one.name for one in my_groups(session(), who)}
    form.offer(groups, queries.own_needs(session(), who, hosts.network.id))
    if form.accepted_by(
        lambda: service.set_needs(who, group_id=UUID(form.group.data), themes=form.needs(), nobody=form.nobody.data)
    ):
        flash("Vos besoins sont notés. La coordination les compte avec ceux des autres.", "success")
        return redirect(url_for("training_needs.own"), 303)
    return render_template("network/events/needs.html", form=form, groups=groups, hosts=hosts), form.status


@blueprint.get("/territoires")
@requires(LEAD)
def by_territory() -> ResponseReturnValue:
    hosts = queries.hosts(session(), actor())
    wanted = queries.wanted(session(), hosts)
    asking = {it: name for it, name in hosts.groups.items() if any(it in one.by_group for one in wanted)}
    return render_template("network/events/wanted.html", asking=asking, wanted=wanted, themes=themes())
