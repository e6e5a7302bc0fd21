"""Pages of the call desk."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.directory.territories import label
from maillage.kernel import clock
from maillage.kernel.db import session
from maillage.network.desk import queries, service
from maillage.network.desk.forms import AnswerForm, CallForm
from maillage.network.desk.queries import CallLine, Counted
from maillage.network.groups.policy import COORDINATE
from maillage.network.groups.queries import coordinated
from maillage.network.themes import theme_label
from maillage.web.authz import actor, requires
from maillage.web.templating import ago

blueprint = Blueprint("desk", __name__, url_prefix="/reseau/appels")
PERIODS: Final = {"30": "30 jours", "90": "3 mois", "365": "12 mois"}
FEWEST_LETTERS: Final = 2
NOWHERE: Final = "Sans province"


@blueprint.route("", methods=["GET", "POST"])
@requires(COORDINATE)
def index() -> ResponseReturnValue:
    coordinated(session(), actor())
    form = CallForm()
    if form.caller.data:
        form.offer(queries.callers(session(), actor(), form.caller.data))
    caller = form.meant() if form.submitted() else None
    if caller is not None and form.accepted_by(lambda: service.note(actor(), call=form.call(caller))):
        flash("L’appel est noté." if form.answer.data else "L’appel est noté : il reste à suivre.", "success")
        return redirect(url_for("desk.index"), 303)
    days = request.args.get("jours", "")
    days = days if days in PERIODS else "365"
    counted = queries.counted(session(), actor(), clock.now() - timedelta(days=int(days)))
    page = render_template(
        "network/desk/index.html",
        form=form,
        to_follow=[_line(one) for one in queries.to_follow(session(), actor())],
        answered=[_line(one) for one in queries.answered(session(), actor())],
        counted=_table(counted),
        total=counted.total,
        periods=[
            {"label": words, "href": url_for("desk.index", jours=code), "current": code == days}
            for code, words in PERIODS.items()
        ],
    )
    return page, form.status


@blueprint.route("/<uuid:call_id>", methods=["GET", "POST"])
@requires(COORDINATE)
def answer(call_id: UUID) -> ResponseReturnValue:
    found = queries.call(session(), actor(), call_id)
    form = AnswerForm()
    if form.accepted_by(
        lambda: service.answer(actor(), call_id=call_id, text=form.answer.data, nobody=form.nobody.data)
    ):
        flash("La réponse est notée.", "success")
        return redirect(url_for("desk.index"), 303)
    page = render_template("network/desk/call.html", form=form, call=_line(queries.line(session(), found)))
    return page, form.status


@blueprint.get("/noms")
@requires(COORDINATE)
def names() -> ResponseReturnValue:
    """What the field proposes while somebody types."""
    words = request.args.get("q", "").strip()
    found = queries.callers(session(), actor(), words) if len(words) >= FEWEST_LETTERS else []
    return jsonify([{"value": one.key, "label": one.name or one.org_name, "hint": one.org_name} for one in found])


def _line(one: CallLine) -> dict[str, Any]:
    return {
        "href": url_for("desk.answer", call_id=one.id),
        "title": one.said,
        "meta": [one.caller, theme_label(one.theme), label(one.territory) if one.territory else ""],
        "text": one.answer,
        "since": ago(one.at),
        "since_iso": one.at.isoformat(),
        "answered": one.answered_at is not None,
    }


def _table(counted: Counted) -> dict[str, Any] | None:
    if not counted.total:
        return None
    return {
        "heads": [label(place) if place else NOWHERE for place in counted.territories],
        "rows": [(theme_label(theme), cells, sum(cells)) for theme, cells in counted.rows],
    }
