"""Who the person is for us: their own words, strengths, needs, people around, autonomy."""

from typing import Any
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from maillage.referrals.household import service
from maillage.referrals.household.codes import AXES, LEVEL_LABELS, MOMENT_LABELS, RELATION_LABELS, Level, Moment
from maillage.referrals.household.content import Around, Grid
from maillage.referrals.household.forms import AroundForm, PortraitForm, grid_form
from maillage.referrals.household.queries import FileView
from maillage.referrals.household.views.blueprint import READERS, blueprint
from maillage.referrals.household.views.manners import back_to, done
from maillage.referrals.policy import SEND
from maillage.web.authz import actor, requires
from maillage.web.templating import day

SLUGS = {"debut": Moment.START, "fin": Moment.END}


@blueprint.get("/<uuid:situation_id>/personne")
@requires(*READERS)
def person(situation_id: UUID) -> ResponseReturnValue:
    view = service.open_file(actor(), situation_id=situation_id)
    portrait = view.content.portrait
    return render_template(
        "referrals/household/person.html",
        view=view,
        portrait=[
            {"term": "Ce qu’elle demande", "value": portrait.own_words},
            {"term": "Points d’appui", "value": portrait.strengths},
            {"term": "Besoins", "value": portrait.needs},
        ],
        around=[_around(one) for one in view.content.around],
        may_write=actor().can(SEND),
    )


@blueprint.route("/<uuid:situation_id>/personne/modifier", methods=["GET", "POST"])
@requires(SEND)
def portrait(situation_id: UUID) -> ResponseReturnValue:
    view = service.open_file(actor(), situation_id=situation_id)
    form = PortraitForm(data={"version": view.version, **view.content.portrait.model_dump()})
    if done(
        form,
        lambda: service.describe(
            actor(), situation_id=situation_id, portrait=form.portrait(), version=form.known_version()
        ),
    ):
        return back_to("household.person", situation_id, "C’est enregistré.")
    return render_template("referrals/household/portrait.html", view=view, form=form), form.status


@blueprint.route("/<uuid:situation_id>/entourage", methods=["GET", "POST"])
@requires(SEND)
def around(situation_id: UUID) -> ResponseReturnValue:
    view = service.open_file(actor(), situation_id=situation_id)
    form = AroundForm(data={"version": view.version, "people": [one.model_dump() for one in view.content.around]})
    if done(
        form,
        lambda: service.know_around(
            actor(), situation_id=situation_id, around=form.around(), version=form.known_version()
        ),
    ):
        return back_to("household.person", situation_id, "L’entourage est à jour.")
    return render_template("referrals/household/around.html", view=view, form=form.offer_blank_rows()), form.status


@blueprint.get("/<uuid:situation_id>/autonomie")
@requires(*READERS)
def autonomy(situation_id: UUID) -> ResponseReturnValue:
    view = service.open_file(actor(), situation_id=situation_id)
    return render_template(
        "referrals/household/autonomy.html",
        view=view,
        rows=_comparison(view),
        notes=[_grid_note(moment, grid) for moment in Moment if (grid := view.grids.get(moment))],
        may_write=actor().can(SEND),
    )


@blueprint.route("/<uuid:situation_id>/autonomie/<any(debut, fin):slug>", methods=["GET", "POST"])
@requires(SEND)
def grid(situation_id: UUID, slug: str) -> ResponseReturnValue:
    moment = SLUGS[slug]
    view = service.open_file(actor(), situation_id=situation_id)
    form = grid_form(view.grids.get(moment))
    if done(form, lambda: service.assess(actor(), situation_id=situation_id, moment=moment, grid=form.grid())):
        return back_to("household.autonomy", situation_id, "La grille est enregistrée.")
    page = render_template(
        "referrals/household/grid.html", view=view, form=form, axes=AXES, moment=MOMENT_LABELS[moment].lower()
    )
    return page, form.status


def _around(one: Around) -> dict[str, Any]:
    return {"term": one.name, "value": [RELATION_LABELS[one.relation], *filter(None, (one.organization, one.reach))]}


def _grid_note(moment: Moment, grid: Grid) -> dict[str, Any]:
    return {"term": MOMENT_LABELS[moment], "value": [day(grid.on), *filter(None, [grid.note])]}


def _comparison(view: FileView) -> list[list[str]]:
    """For each thing looked at: how it was, how it is, and the difference in words."""
    start, end = (view.grids.get(moment) for moment in Moment)
    rows = []
    for axis in AXES:
        for code, words in axis.items.items():
            before, after = (grid.levels.get(code) if grid else None for grid in (start, end))
            rows.append([words, _level(before), _level(after), _difference(before, after)])
    return rows


def _level(level: Level | None) -> str:
    return LEVEL_LABELS[level] if level is not None else "Non observé"


def _difference(before: Level | None, after: Level | None) -> str:
    if before is None or after is None:
        return "—"
    steps = after - before
    if steps == 0:
        return "Pareil"
    return f"▲ +{steps}" if steps > 0 else f"▼ −{-steps}"
