"""What was done, what is to be done next, and the stages of a procedure."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts.vault.queries import Place, standing
from maillage.kernel import clock
from maillage.kernel.db import session
from maillage.referrals.household import queries, service
from maillage.referrals.household.codes import ENTRY_LABELS, EntryKind, Stage, stage_labels
from maillage.referrals.household.content import Procedure
from maillage.referrals.household.forms import EntryForm, PlanForm, procedure_form
from maillage.referrals.household.queries import EntryLine
from maillage.referrals.household.views.blueprint import READERS, blueprint
from maillage.referrals.household.views.manners import back_to, done
from maillage.referrals.policy import SEND
from maillage.referrals.queries import load_situation
from maillage.web.authz import actor, requires
from maillage.web.forms import choices
from maillage.web.templating import ago, day


@blueprint.route("/<uuid:situation_id>/suivi", methods=["GET", "POST"])
@requires(*READERS)
def follow(situation_id: UUID) -> ResponseReturnValue:
    view = service.open_file(actor(), situation_id=situation_id)
    form = EntryForm()
    if done(
        form,
        lambda: service.note(actor(), situation_id=situation_id, entry=form.entry(), next_step=form.next_step()),
    ):
        return back_to("household.follow", situation_id, "C’est noté.")
    page = render_template(
        "referrals/household/follow.html",
        view=view,
        form=form,
        entries=[_entry(line) for line in view.entries],
        late=view.next_step is not None and view.next_step.on < clock.today(actor().country),
        may_write=actor().can(SEND),
        standing=standing(session(), actor()),
        places=Place,
    )
    return page, form.status


@blueprint.route("/<uuid:situation_id>/suivi/a-faire", methods=["GET", "POST"])
@requires(SEND)
def plan(situation_id: UUID) -> ResponseReturnValue:
    """Emptying both fields says that nothing is left to do."""
    view = service.open_file(actor(), situation_id=situation_id)
    step = view.next_step
    given = {"next_words": step.words, "next_on": step.on} if step else {}
    form = PlanForm(data=given | {"user_id": str(view.next_user_id or actor().user_id)})
    team = queries.who_may_do_next(session(), actor(), load_situation(session(), actor(), situation_id))
    me = {str(actor().user_id): "Moi"}
    form.user_id.choices = choices(me | {str(it.user_id): it.name for it in team if it.user_id != actor().user_id})
    if done(
        form,
        lambda: service.plan_next(actor(), situation_id=situation_id, step=form.next_step(), user_id=form.doer()),
    ):
        return back_to("household.follow", situation_id, "C’est noté.")
    return render_template("referrals/household/plan.html", view=view, form=form), form.status


@blueprint.post("/<uuid:situation_id>/suivi/fait")
@requires(SEND)
def done_next(situation_id: UUID) -> ResponseReturnValue:
    service.plan_next(actor(), situation_id=situation_id, step=None)
    flash("Cette action est faite. Notez ce qu’il faut en retenir, et la suite.", "success")
    return redirect(url_for("household.follow", situation_id=situation_id, _anchor="noter"), 303)


@blueprint.route("/<uuid:situation_id>/procedure", methods=["GET", "POST"])
@requires(*READERS)
def procedure(situation_id: UUID) -> ResponseReturnValue:
    view = service.open_file(actor(), situation_id=situation_id)
    known = view.content.procedure
    given: dict[str, Any] = {"version": view.version, "debt": known.debt, "note": known.note}
    form = procedure_form(actor().country, data=given | {stage.value: on for stage, on in known.days.items()})
    if done(
        form,
        lambda: service.follow_procedure(
            actor(), situation_id=situation_id, procedure=form.procedure(known), version=form.known_version()
        ),
    ):
        return back_to("household.procedure", situation_id, "La procédure est à jour.")
    page = render_template(
        "referrals/household/procedure.html",
        view=view,
        form=form,
        standing=procedure_standing(known, actor().country),
        may_write=actor().can(SEND),
    )
    return page, form.status


def procedure_standing(known: Procedure, country: str) -> list[str]:
    """Where a procedure stands, and what comes next with its day."""
    today, labels = clock.today(country), stage_labels(country)
    in_order = sorted(known.days.items(), key=lambda item: (item[1], list(Stage).index(item[0])))
    reached = [(stage, on) for stage, on in in_order if on <= today]
    coming = [(stage, on) for stage, on in in_order if on > today]
    last = [f"Étape actuelle : {_stage(labels, *reached[-1])}, {ago(reached[-1][1])}."] if reached else []
    return last + ([f"À venir : {_stage(labels, *coming[0])}."] if coming else [])


def _stage(labels: dict[Stage, str], stage: Stage, on: date) -> str:
    return f"{labels.get(stage, stage.value)}, {day(on)}"


def _entry(line: EntryLine) -> dict[str, Any]:
    entry = line.entry
    return {
        "title": ENTRY_LABELS[entry.kind],
        "when": day(entry.happened_on),
        "iso": entry.happened_on.isoformat(),
        "by": line.user_name,
        "detail": "Dans le coffre." if line.closed else entry.words,
        "tone": "amber" if entry.kind is EntryKind.ATTEMPT else "teal",
    }
