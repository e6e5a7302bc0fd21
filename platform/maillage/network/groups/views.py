"""Pages of the network: my groups, and the page of one."""

from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from maillage.directory.territories import label
from maillage.kernel.db import session
from maillage.network.groups import panels, queries
from maillage.network.groups.policy import TAKE_PART
from maillage.web.authz import actor, requires

blueprint = Blueprint("groups", __name__)


@blueprint.get("/reseau")
@requires(TAKE_PART)
def index() -> ResponseReturnValue:
    mine = queries.my_groups(session(), actor())
    return render_template("network/groups/index.html", mine=mine, place=label)


@blueprint.get("/reseau/groupes/<uuid:group_id>")
@requires(TAKE_PART)
def show(group_id: UUID) -> ResponseReturnValue:
    stands = queries.standing(session(), actor(), group_id)
    shown = panels.built(session(), actor(), stands.group)
    people = queries.peers(session(), group_id)
    return render_template("network/groups/group.html", stands=stands, panels=shown, people=people, place=label)
