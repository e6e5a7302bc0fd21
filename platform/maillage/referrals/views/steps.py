"""Preparing an orientation: begin or resume, then need, person, and throwing a draft away."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.directory.queries import ReferableService, referable_service
from maillage.directory.vocabulary import themes
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Invalid, NotFound
from maillage.kernel.ids import parse_id
from maillage.referrals import policy, queries, service
from maillage.referrals.content import Plan, StepInput
from maillage.referrals.forms import NeedForm, PersonForm
from maillage.referrals.forms.steps import StepForm
from maillage.referrals.policy import SEND
from maillage.referrals.queries import SituationView
from maillage.referrals.similar.queries import similar
from maillage.referrals.views import resting, words
from maillage.referrals.views.blueprint import blueprint
from maillage.web.authz import actor, requires

STEPS = ("need", "person", "partners", "verify")
NEED_FIELDS = {"route", "themes", "commune", "age_band", "household", "asked", "need"}


@blueprint.route("/orienter", methods=["GET", "POST"])
@requires(SEND)
def start() -> ResponseReturnValue:
    policy.ensure_sends(actor())
    resting.ensure_open_to_begin()
    chosen = asked_service()
    form = NeedForm(country=actor().country)
    if form.submitted():
        plan = Plan(service_ids=(chosen.id,) if chosen else ())
        try:
            kept = service.create_situation(actor(), given=form.given(plan))
        except Invalid as error:
            form.show(error)
        else:
            return go_on(form, kept.id, "referrals.person")
    drafts = queries.drafts(session(), actor()) if request.method == "GET" and "new" not in request.args else []
    if drafts:
        return render_template("referrals/whom.html", drafts=drafts, chosen=chosen, words=words)
    return _need_page(form, None, chosen)


@blueprint.get("/orienter/<uuid:situation_id>")
@requires(SEND)
def resume(situation_id: UUID) -> ResponseReturnValue:
    view = prepared_view(situation_id)
    return redirect(url_for(f"referrals.{first_step(view)}", situation_id=situation_id), 303)


@blueprint.route("/orienter/<uuid:situation_id>/besoin", methods=["GET", "POST"])
@requires(SEND)
def need(situation_id: UUID) -> ResponseReturnValue:
    view = prepared_view(situation_id)
    form = NeedForm.of(view, actor().country)
    if form.submitted() and keep(form, view, form.given(view.content.plan)):
        return go_on(form, view.id, "referrals.person")
    return _need_page(form, view, None)


@blueprint.route("/orienter/<uuid:situation_id>/personne", methods=["GET", "POST"])
@requires(SEND)
def person(situation_id: UUID) -> ResponseReturnValue:
    view = prepared_view(situation_id)
    form = PersonForm.of(view, actor().country)
    if form.submitted() and keep(form, view, form.given()):
        return go_on(form, view.id, "referrals.partners")
    page = render_template(
        "referrals/person.html",
        form=form,
        view=view,
        hrefs=step_hrefs(view),
        similar=similar(session(), actor(), view.id),
    )
    return page, form.status


@blueprint.post("/orienter/<uuid:situation_id>/ajouter")
@requires(SEND)
def add_partner(situation_id: UUID) -> ResponseReturnValue:
    """One more partner for an orientation in progress, chosen on its own page."""
    view = prepared_view(situation_id)
    chosen = asked_service()
    if chosen is None:
        raise NotFound()
    with_partner(view, chosen.id)
    flash(f"« {chosen.name} » est ajouté à cette orientation.", "success")
    return redirect(url_for("referrals.resume", situation_id=view.id), 303)


@blueprint.get("/orienter/<uuid:situation_id>/supprimer")
@requires(SEND)
def confirm_discard(situation_id: UUID) -> ResponseReturnValue:
    view = prepared_view(situation_id)
    return render_template("referrals/discard.html", view=view, words=words)


@blueprint.post("/orienter/<uuid:situation_id>/supprimer")
@requires(SEND)
def discard(situation_id: UUID) -> ResponseReturnValue:
    service.delete_draft(actor(), situation_id=situation_id)
    flash("Le brouillon est supprimé. Rien n’en est conservé.", "success")
    return redirect(url_for("referrals.my_work"), 303)


def prepared_view(situation_id: UUID) -> SituationView:
    """The situation whose orientation is prepared. Raises NotFound, and Conflict while its person agreed to nothing."""
    view = queries.situation_view(session(), actor(), situation_id)
    if view.outreach_until is not None:
        raise Conflict(policy.NOT_AGREED)
    return view


def asked_service() -> ReferableService | None:
    """The service that the address names. Raises NotFound for one that is not offered."""
    text = request.values.get("service_id")
    if not text:
        return None
    service_id = parse_id(text)
    found = referable_service(session(), service_id) if service_id else None
    if found is None:
        raise NotFound()
    return found


def with_partner(view: SituationView, service_id: UUID) -> None:
    """Add one partner to the orientation in progress."""
    plan = view.content.plan
    if service_id not in plan.service_ids:
        more = plan.model_copy(update={"service_ids": (*plan.service_ids, service_id)})
        service.update_situation(actor(), situation_id=view.id, given=StepInput(plan=more), version=view.version)


def keep(form: StepForm, view: SituationView, given: StepInput) -> bool:
    """Seal one more step; a refusal is shown beside what was typed."""
    try:
        service.update_situation(actor(), situation_id=view.id, given=given, version=form.known_version())
    except (Invalid, Conflict) as error:
        form.show(error)
        return False
    return True


def go_on(form: StepForm, situation_id: UUID, endpoint: str) -> ResponseReturnValue:
    if form.for_later:
        flash("Le brouillon est enregistré. Vous le retrouverez dans « Mes orientations ».", "success")
        return redirect(url_for("referrals.my_work"), 303)
    aside = {"advice": "referrals.advise", "opposed": "household.opposed"}
    endpoint = next((page for name, page in aside.items() if name in request.form), endpoint)
    return redirect(url_for(endpoint, situation_id=situation_id), 303)


def first_step(view: SituationView) -> str:
    """The first step where something is missing."""
    if NEED_FIELDS & set(view.missing) or not view.content.asked:
        return "need"
    if view.missing:
        return "person"
    plan = view.content.plan
    return "verify" if plan.service_ids and plan.sharing_level else "partners"


def step_hrefs(view: SituationView | None) -> list[str | None]:
    """Where the steps already reached are."""
    if view is None:
        return [None] * len(STEPS)
    return [url_for(f"referrals.{name}", situation_id=view.id) for name in STEPS]


def _need_page(form: NeedForm, view: SituationView | None, chosen: ReferableService | None) -> ResponseReturnValue:
    ticked = set(form.themes.data or ())
    first = [code for code in (chosen.themes if chosen else ()) if code in themes()]
    page = render_template(
        "referrals/need.html",
        form=form,
        view=view,
        chosen=chosen,
        hrefs=step_hrefs(view),
        vocabulary=themes(),
        named=view.missing.get("asked", "") if view and not form.errors else "",
        first=list(dict.fromkeys([*first, *(term.code for term in themes() if term.code in ticked)])),
        ticked=ticked,
        places_href=url_for("search_api.places", country=actor().country),
    )
    return page, form.status
