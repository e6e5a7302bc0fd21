"""Saved searches: keep one, name it, say how often to be told, read what is new in it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.directory import queries as directory
from maillage.directory import search_state
from maillage.directory.addresses import href as address_of_search
from maillage.directory.keeping import codes, queries, service
from maillage.directory.keeping.forms import SavedSearchForm
from maillage.directory.keeping.models import ALERT_FREQUENCIES, SavedSearch
from maillage.directory.keeping.service.searches import LONGEST_NAME
from maillage.directory.opening import OPENINGS
from maillage.directory.presenters import present_card
from maillage.directory.searching import Result
from maillage.directory.views import results as words
from maillage.kernel.db import session
from maillage.kernel.errors import DomainError, NotFound
from maillage.kernel.ids import parse_id
from maillage.web.authz import actor, requires

blueprint = Blueprint("saved", __name__)


@blueprint.get("/recherches")
@requires()
def index() -> ResponseReturnValue:
    saved = [(one, codes.to_state(one.params)) for one in queries.saved_searches(session(), actor())]
    rows = [{"saved": one, "says": codes.title(state), "href": address_of_search(state)} for one, state in saved]
    return render_template("directory/saved.html", rows=rows, frequencies=ALERT_FREQUENCIES)


@blueprint.route("/recherches/nouvelle", methods=["GET", "POST"])
@requires()
def create() -> ResponseReturnValue:
    """The search to keep is in the address, as codes, like the page of results it comes from."""
    state = search_state.read(request.args.items(multi=True))
    says = codes.title(state)
    form = SavedSearchForm(data={"name": says[:LONGEST_NAME]})
    if form.submitted():
        try:
            service.save_search(actor(), state=state, name=form.name.data, frequency=form.frequency.data)
        except DomainError as error:
            form.show(error)
        else:
            flash("La recherche est enregistrée.", "success")
            return redirect(url_for("saved.index"), 303)
    return render_template(
        "directory/saved_form.html",
        form=form,
        says=says,
        dropped=OPENINGS.get(state.opening),
        back=address_of_search(state),
    ), form.status


@blueprint.get("/recherches/<uuid:search_id>")
@requires()
def show(search_id: UUID) -> ResponseReturnValue:
    saved = _own(search_id)
    state = codes.to_state(saved.params)
    fresh = [key for key in map(parse_id, saved.fresh) if key]
    found = directory.cards(session(), fresh)
    cards = [words.card(Result(present_card(found[key], actor())), state) for key in fresh if key in found]
    return render_template(
        "directory/saved_search.html",
        saved=saved,
        cards=cards,
        says=codes.title(state),
        href=address_of_search(state),
        frequency=ALERT_FREQUENCIES[saved.frequency],
    )


@blueprint.route("/recherches/<uuid:search_id>/modifier", methods=["GET", "POST"])
@requires()
def change(search_id: UUID) -> ResponseReturnValue:
    saved = _own(search_id)
    form = SavedSearchForm(obj=saved)
    if form.submitted():
        try:
            service.change_search(actor(), search_id=search_id, name=form.name.data, frequency=form.frequency.data)
        except DomainError as error:
            form.show(error)
        else:
            flash("C’est enregistré.", "success")
            return redirect(url_for("saved.show", search_id=search_id), 303)
    says, back = codes.title(codes.to_state(saved.params)), url_for("saved.show", search_id=search_id)
    return render_template("directory/saved_form.html", form=form, says=says, back=back), form.status


@blueprint.post("/recherches/<uuid:search_id>/vu")
@requires()
def seen(search_id: UUID) -> ResponseReturnValue:
    service.mark_seen(actor(), search_id=search_id)
    return redirect(url_for("saved.index"), 303)


@blueprint.post("/recherches/<uuid:search_id>/supprimer")
@requires()
def forget(search_id: UUID) -> ResponseReturnValue:
    service.forget_search(actor(), search_id=search_id)
    flash("La recherche est supprimée.", "success")
    return redirect(url_for("saved.index"), 303)


def _own(search_id: UUID) -> SavedSearch:
    saved = queries.saved_search(session(), actor(), search_id)
    if saved is None:
        raise NotFound()
    return saved
