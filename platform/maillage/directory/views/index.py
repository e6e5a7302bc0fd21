"""The search index, as the host of the instance looks after it from a page."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts.policy import PLATFORM
from maillage.directory import searching, service
from maillage.directory.engine import engine
from maillage.web.authz import actor, requires

blueprint = Blueprint("search_index", __name__, url_prefix="/plateforme/recherche")


@blueprint.get("")
@requires(PLATFORM)
def show() -> ResponseReturnValue:
    answers = searching.engine_answers()
    return render_template("directory/index.html", answers=answers, stale=answers and engine().needs_rebuild)


@blueprint.post("")
@requires(PLATFORM)
def rebuild() -> ResponseReturnValue:
    return redirect(url_for("tasks.show", task_id=service.order_rebuild(actor())), 303)
