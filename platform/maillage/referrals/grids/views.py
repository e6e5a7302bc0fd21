"""Pages of filled grids: the list in a file, one section after another, reading, paper."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.kernel.errors import NotFound
from maillage.referrals import service as referring
from maillage.referrals.content import SituationInput
from maillage.referrals.grids import queries, service
from maillage.referrals.grids.forms import BeginForm, section_form
from maillage.referrals.grids.queries import Filled
from maillage.referrals.household.service import note_read
from maillage.referrals.household.views.blueprint import READERS
from maillage.referrals.household.views.manners import done
from maillage.referrals.policy import SEND
from maillage.referrals.queries import load_situation
from maillage.surveys import grids
from maillage.surveys.definition import Section
from maillage.surveys.presenters import part_of, parts
from maillage.web.authz import actor, requires
from maillage.web.forms import whole_number

blueprint = Blueprint("grids", __name__)
PERSON = "/situations/<uuid:situation_id>/grilles"
ONE = "/grilles/<uuid:grid_id>"


@blueprint.get(PERSON)
@requires(*READERS)
def index(situation_id: UUID) -> ResponseReturnValue:
    note_read(actor(), situation_id=situation_id)
    situation = load_situation(session(), actor(), situation_id)
    return render_template(
        "referrals/grids/index.html",
        situation_id=situation_id,
        reference=situation.reference,
        lines=queries.lines(session(), actor(), situation_id),
        grids=grids.current(),
        may_write=actor().can(SEND),
    )


@blueprint.route("/grilles/remplir", methods=["GET", "POST"])
@requires(SEND)
def choose() -> ResponseReturnValue:
    """For whom: a situation by its reference, or a new one, which its author completes later."""
    form = BeginForm.make(request.args.get("grille"))
    begun: list[UUID] = []
    if done(form, lambda: begun.append(_begin(form.code.data or "", form.reference.data or ""))):
        return _to_first_section(begun[0])
    return render_template("referrals/grids/choose.html", form=form), form.status


@blueprint.post(PERSON)
@requires(SEND)
def begin(situation_id: UUID) -> ResponseReturnValue:
    grid_id = service.begin(actor(), situation_id=situation_id, code=request.form.get("code", ""))
    return _to_first_section(grid_id)


@blueprint.route(f"{ONE}/<section>", methods=["GET", "POST"])
@requires(SEND)
def fill(grid_id: UUID, section: str) -> ResponseReturnValue:
    found = service.open_grid(actor(), grid_id=grid_id)
    asked = found.grid.section(section)
    if asked is None:
        raise NotFound()
    if found.row.joined_at is not None:
        return redirect(url_for("grids.show", grid_id=grid_id), 303)
    form = section_form(asked, found.row.country, found.answers, found.row.version)
    kept = done(
        form,
        lambda: service.fill(
            actor(),
            grid_id=grid_id,
            section=section,
            given=form.given(),
            version=form.known_version(),
        ),
    )
    if kept:
        return redirect(_onward(grid_id, found, asked), 303)
    page = render_template(
        "referrals/grids/fill.html",
        form=form,
        found=found,
        part=part_of(found.grid, asked, found.row.country, found.answers, found.begun_on),
        steps=[(it.title, _address(grid_id, it)) for it in found.grid.sections],
        current=found.grid.sections.index(asked) + 1,
    )
    return page, form.status


@blueprint.get(ONE)
@requires(*READERS)
def show(grid_id: UUID) -> ResponseReturnValue:
    found = service.open_grid(actor(), grid_id=grid_id)
    return render_template(
        "referrals/grids/show.html",
        found=found,
        parts=parts(found.grid, found.row.country, found.answers, found.begun_on),
        address=lambda section: _address(grid_id, section),
        may_write=actor().can(SEND),
    )


@blueprint.get(f"{ONE}/imprimer")
@requires(*READERS)
def paper(grid_id: UUID) -> ResponseReturnValue:
    found = service.open_grid(actor(), grid_id=grid_id)
    found_parts = parts(found.grid, found.row.country, found.answers, found.begun_on)
    return render_template("referrals/grids/paper.html", found=found, grid=found.grid, parts=found_parts)


@blueprint.post(f"{ONE}/joindre")
@requires(SEND)
def join(grid_id: UUID) -> ResponseReturnValue:
    version = whole_number(request.form.get("version"))
    service.join(actor(), grid_id=grid_id, version=version)
    flash("La grille est jointe au dossier.", "success")
    return redirect(url_for("grids.show", grid_id=grid_id), 303)


@blueprint.post(f"{ONE}/reprendre")
@requires(SEND)
def take_up(grid_id: UUID) -> ResponseReturnValue:
    new_id = service.take_up(actor(), grid_id=grid_id)
    return _to_first_section(new_id)


@blueprint.route(f"{ONE}/retirer", methods=["GET", "POST"])
@requires(SEND)
def remove(grid_id: UUID) -> ResponseReturnValue:
    found = queries.filled(session(), actor(), grid_id)
    situation_id = found.situation.id
    if request.method == "POST":
        service.remove(actor(), grid_id=grid_id)
        flash("La grille est retirée. Rien n’en est conservé.", "success")
        return redirect(url_for("grids.index", situation_id=situation_id), 303)
    return render_template("referrals/grids/remove.html", found=found)


def _begin(code: str, reference: str) -> UUID:
    if reference:
        situation_id = service.situation_named(actor(), reference=reference)
    else:
        situation_id = referring.create_situation(actor(), given=SituationInput()).id
    return service.begin(actor(), situation_id=situation_id, code=code)


def _to_first_section(grid_id: UUID) -> ResponseReturnValue:
    grid = queries.filled(session(), actor(), grid_id).grid
    return redirect(_address(grid_id, grid.sections[0]), 303)


def _onward(grid_id: UUID, found: Filled, section: Section) -> str:
    """Where the button that was used leads: the same page with its figures, the file, or what comes next."""
    if "compute" in request.form:
        return _address(grid_id, section) + "#calculs"
    if "close" in request.form:
        return url_for("grids.index", situation_id=found.situation.id)
    following = found.grid.after(section)
    if following is None:
        return url_for("grids.show", grid_id=grid_id)
    return _address(grid_id, following)


def _address(grid_id: UUID, section: Section) -> str:
    return url_for("grids.fill", grid_id=grid_id, section=section.code)
