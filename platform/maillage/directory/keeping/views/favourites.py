"""Services at hand, one's own and the team's."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts.redirection import own_path
from maillage.directory import queries as directory
from maillage.directory.keeping import buttons, queries, service
from maillage.directory.keeping.forms import NoteForm
from maillage.directory.keeping.policy import may_keep_for_team
from maillage.directory.policy import READ_PROFESSIONAL
from maillage.directory.presenters import present_card
from maillage.directory.search_state import SearchState
from maillage.directory.searching import Result
from maillage.directory.views import results as words
from maillage.kernel.actor import Actor
from maillage.kernel.db import session
from maillage.kernel.errors import DomainError, NotFound
from maillage.web.authz import actor, requires

blueprint = Blueprint("favourites", __name__)

Line = dict[str, object]


@blueprint.get("/favoris")
@requires()
def index() -> ResponseReturnValue:
    who = actor()
    mine = queries.favourites(session(), who)
    team = queries.team_favourites(session(), who) if may_keep_for_team(who) else []
    cards = _cards(who, {*mine, *(one.service_id for one in team)})
    return render_template(
        "directory/favourites.html",
        mine=[{"id": one, "card": cards.get(one)} for one in mine],
        team=[{"id": one.service_id, "card": cards.get(one.service_id), "note": one.note} for one in team],
        has_team=may_keep_for_team(who),
    )


@blueprint.post("/favoris/<uuid:service_id>")
@requires()
def keep(service_id: UUID) -> ResponseReturnValue:
    service.keep(actor(), service_id=service_id, wanted=_wanted())
    return _after(service_id, buttons.mine)


@blueprint.post("/favoris/<uuid:service_id>/equipe")
@requires(READ_PROFESSIONAL)
def keep_for_team(service_id: UUID) -> ResponseReturnValue:
    service.keep_for_team(actor(), service_id=service_id, wanted=_wanted())
    return _after(service_id, buttons.team)


@blueprint.route("/favoris/<uuid:service_id>/note", methods=["GET", "POST"])
@requires(READ_PROFESSIONAL)
def note(service_id: UUID) -> ResponseReturnValue:
    held = next((one for one in queries.team_favourites(session(), actor()) if one.service_id == service_id), None)
    if held is None:
        raise NotFound()
    form = NoteForm(data={"note": held.note})
    if form.submitted():
        try:
            service.annotate(actor(), service_id=service_id, note=form.note.data or "")
        except DomainError as error:
            form.show(error)
        else:
            return redirect(url_for("favourites.index") + "#equipe", 303)
    name = directory.service_names(session(), [service_id])[service_id]
    return render_template("directory/favourites_note.html", form=form, name=name), form.status


def _cards(who: Actor, ids: set[UUID]) -> dict[UUID, Line]:
    """Without their buttons: here, each list has its own."""
    found = directory.cards(session(), ids)
    cards = {key: words.card(Result(present_card(one, who)), SearchState()) for key, one in found.items()}
    return {key: card | {"keep": None} for key, card in cards.items()}


def _wanted() -> bool:
    return request.form.get("keep") != "0"


def _after(service_id: UUID, button: Callable[[UUID, str], buttons.Button | None]) -> ResponseReturnValue:
    """The button as it is now, for a script; for a browser, the page where it was pressed."""
    if not request.headers.get("HX-Request"):
        return redirect(own_path(request.form.get("back"), default=url_for("favourites.index")), 303)
    buttons.forget()
    name = directory.service_names(session(), [service_id]).get(service_id, "")
    drawn: str = get_template_attribute("components/keep.html", "keep_button")(button(service_id, name))
    return drawn
