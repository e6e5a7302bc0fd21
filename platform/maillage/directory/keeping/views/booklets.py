"""Booklets: order one from a search or a territory; it is then waited for and taken like other work."""

from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.directory import place_words, search_state
from maillage.directory.addresses import href
from maillage.directory.keeping import codes, service
from maillage.directory.keeping.forms import BookletForm
from maillage.directory.keeping.policy import MOST_PRINTED
from maillage.directory.opening import OPENINGS
from maillage.directory.search_state import SearchState
from maillage.directory.searching import UNKNOWN_PLACE
from maillage.kernel.errors import DomainError, Invalid
from maillage.web.authz import actor, requires

blueprint = Blueprint("booklets", __name__)


@blueprint.route("/recherche/livret", methods=["GET", "POST"])
@requires()
def order() -> ResponseReturnValue:
    state = replace(search_state.read(request.args.items(multi=True)), after=0)
    place = state.understood.place
    form = BookletForm(data={"place": place_words.label(place) if place else ""})
    if form.submitted():
        try:
            task_id = service.order_booklet(actor(), state=_placed(state, form.place.data or ""))
        except DomainError as error:
            form.show(error)
        else:
            return redirect(url_for("tasks.show", task_id=task_id), 303)
    empty = not codes.says_something(state)
    return (
        render_template(
            "directory/booklet_form.html",
            form=form,
            says="" if empty else codes.title(state),
            dropped=OPENINGS.get(state.opening),
            most=MOST_PRINTED,
            back=href(state) if not empty else url_for("search.home"),
        ),
        form.status,
    )


def _placed(state: SearchState, text: str) -> SearchState:
    """The territory typed wins over the search's own; left empty, that one stays."""
    if not text:
        return state
    match = place_words.read(text, state.place_country or actor().country)
    if match is None:
        raise Invalid(fields={"place": UNKNOWN_PLACE})
    if match.place is None:
        told = ", ".join(place_words.label(one) for one in match.alternatives[:4])
        raise Invalid(fields={"place": f"Plusieurs lieux portent ce nom : {told}. Écrivez l’un d’eux."})
    return state if match.place == state.understood.place else state.with_place(match.place)
