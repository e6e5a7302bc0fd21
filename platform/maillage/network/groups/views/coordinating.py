"""The coordinator's list of groups."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.directory.territories import label
from maillage.kernel.db import session
from maillage.network.groups import queries, service
from maillage.network.groups.forms import GroupForm, NetworkForm
from maillage.network.groups.policy import COORDINATE
from maillage.network.groups.views.blueprint import blueprint
from maillage.web.authz import actor, requires
from maillage.web.paging import Page


@blueprint.route("/reseau/coordination", methods=["GET", "POST"])
@requires(COORDINATE)
def coordination() -> ResponseReturnValue:
    network = queries.owned(session(), actor())
    form = NetworkForm()
    if form.accepted_by(lambda: service.create_network(actor(), name=form.name.data or "")):
        flash("Votre réseau existe. Ouvrez un premier groupe.", "success")
        return redirect(url_for("groups.coordination"), 303)
    after = request.args.get("after")
    found = queries.groups_of(session(), network, after=after) if network else Page[queries.GroupLine]([], None)
    page = render_template(
        "network/groups/coordination.html",
        form=form,
        network=network,
        lines=found.rows,
        next_href=url_for("groups.coordination", after=found.next) if found.next else None,
        first_href=url_for("groups.coordination") if after else None,
        place=label,
    )
    return page, form.status


@blueprint.route("/reseau/coordination/groupes", methods=["GET", "POST"])
@requires(COORDINATE)
def create() -> ResponseReturnValue:
    queries.coordinated(session(), actor())
    form = GroupForm()
    if form.accepted_by(lambda: service.create_group(actor(), content=form.content())):
        flash("Le groupe est ouvert. Invitez ses premiers membres.", "success")
        return redirect(url_for("groups.coordination"), 303)
    return render_template("network/groups/settings.html", form=form, group=None), form.status
