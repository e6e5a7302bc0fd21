"""The grids that exist, and each one on paper, to be filled by hand."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from maillage.kernel import clock
from maillage.kernel.errors import NotFound
from maillage.surveys import grids
from maillage.surveys.presenters import parts
from maillage.web.authz import actor, requires

blueprint = Blueprint("surveys", __name__, url_prefix="/grilles")


@blueprint.get("")
@requires()
def index() -> ResponseReturnValue:
    return render_template("surveys/index.html", grids=grids.current())


@blueprint.get("/<code>/vierge")
@requires()
def blank(code: str) -> ResponseReturnValue:
    grid = grids.latest(code)
    if grid is None:
        raise NotFound()
    country = actor().country
    found = parts(grid, country, {}, clock.today(country))
    return render_template("surveys/blank.html", grid=grid, parts=found)
