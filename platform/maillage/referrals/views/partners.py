"""Preparing an orientation: partners and conditions, then a last look at what each one will see, and sending."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.directory.queries import ReferableService
from maillage.kernel import clock
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Invalid
from maillage.kernel.idempotency import IdempotencyKey
from maillage.referrals import proposals, service
from maillage.referrals.checks import usual_deadline
from maillage.referrals.coarsening import place_of
from maillage.referrals.codes import AgeBand, Route, label
from maillage.referrals.consent.frames import frames_of
from maillage.referrals.consent.rules import lacking
from maillage.referrals.content import Card, StepInput, cut
from maillage.referrals.forms import PartnersForm, VerifyForm, answer_name, said_in, verify_form
from maillage.referrals.policy import LANDLORD, SEND
from maillage.referrals.proposals import Proposal
from maillage.referrals.queries import SituationView
from maillage.referrals.service import Standing
from maillage.referrals.service.situations import STALE
from maillage.referrals.similar.queries import similar
from maillage.referrals.views import resting, words
from maillage.referrals.views.blueprint import blueprint
from maillage.referrals.views.situations import Row, identity_rows, safe_words
from maillage.referrals.views.steps import first_step, go_on, keep, prepared_view, step_hrefs
from maillage.web.authz import actor, requires
from maillage.web.templating import day

ENTERING: Final = ("housing-access", "social-housing-application")  # what a landlord's own desk is found by


@blueprint.route("/orienter/<uuid:situation_id>/partenaires", methods=["GET", "POST"])
@requires(SEND)
def partners(situation_id: UUID) -> ResponseReturnValue:
    view = prepared_view(situation_id)
    form = PartnersForm.of(view)
    searching = request.method == "POST" and "search" in request.form
    if not searching and form.submitted() and keep(form, view, StepInput(plan=form.plan(view.content.plan))):
        return go_on(form, view.id, "referrals.verify")
    proposed = _look_for(form, view, searching)
    chosen = proposals.chosen(session(), form.chosen(), proposed)
    return render_template(
        "referrals/partners.html",
        form=form,
        view=view,
        similar=similar(session(), actor(), view.id),
        hrefs=step_hrefs(view),
        chosen=chosen,
        proposed=_others(chosen, proposed),
        searched=searching and bool(form.q.data),
        usual=usual_deadline(view.content.plan.urgency, clock.today(actor().country), actor().country),
    ), (200 if searching else form.status)


@blueprint.route("/orienter/<uuid:situation_id>/verifier", methods=["GET", "POST"])
@requires(SEND)
def verify(situation_id: UUID) -> ResponseReturnValue:
    view = prepared_view(situation_id)
    chosen = [it.service for it in proposals.chosen(session(), view.content.plan.service_ids)]
    form = verify_form(chosen, data={"version": view.version, "language": "fr", "told_by": actor().user_name})
    if _is_gone(form, view):
        return redirect(url_for("referrals.situation", situation_id=view.id), 303)
    step = first_step(view)
    if step != "verify":
        flash("Il reste quelques informations à donner.", "info")
        return redirect(url_for(f"referrals.{step}", situation_id=view.id), 303)
    if form.submitted():
        try:
            return _sent(view, _send(form, view, chosen))
        except (Invalid, Conflict) as error:
            form.show(error)
    return _last_look(form, view, chosen)


def _is_gone(form: VerifyForm, view: SituationView) -> bool:
    """Whether this is the second submission of a page that was sent already."""
    return form.is_submitted() and bool(view.sent) and not view.content.plan.service_ids


def _send(form: VerifyForm, view: SituationView, chosen: Sequence[ReferableService]) -> list[Standing]:
    """Exactly what the page showed leaves, once however often the button is pressed."""
    if form.known_version() != view.version:
        raise Conflict(STALE)
    who = actor()
    key = IdempotencyKey.of(who, f"orient:{view.id}:{view.version}", "POST", request.path, b"")
    resting.ensure_kept(_resting(chosen), form.promised.data or "")
    plan, ground = view.content.plan, form.ground()
    if wrong := lacking(who, form.terms(plan), ground, minor=view.age_band is AgeBand.UNDER_18):
        raise Invalid(fields=wrong)
    return service.refer(
        who,
        situation_id=view.id,
        service_ids=plan.service_ids,
        terms=form.terms(plan),
        answers=said_in(form, chosen),
        ground=ground,
        idempotency=key,
    )


def _sent(view: SituationView, standings: list[Standing]) -> ResponseReturnValue:
    if len(standings) == 1:
        flash("L’orientation est envoyée. Un avis vous dira la réponse.", "success")
        return redirect(url_for("referrals.show", referral_id=standings[0].id), 303)
    flash(f"L’orientation est envoyée à {len(standings)} partenaires. Un avis vous dira chaque réponse.", "success")
    return redirect(url_for("referrals.situation", situation_id=view.id), 303)


def _last_look(form: VerifyForm, view: SituationView, chosen: Sequence[ReferableService]) -> ResponseReturnValue:
    plan = view.content.plan
    assert plan.sharing_level is not None
    compared = service.compare_receivers(actor(), situation_id=view.id, service_ids=[it.id for it in chosen])
    rests = _resting(chosen)
    page = render_template(
        "referrals/verify.html",
        form=form,
        view=view,
        similar=similar(session(), actor(), view.id),
        hrefs=step_hrefs(view),
        summary=_summary(view, [f"{it.name}, {it.org_name}" for it in chosen]),
        asking=[(it.name, [form[answer_name(it, index)] for index in range(len(it.asks))]) for it in chosen if it.asks],
        card=words.card_rows(card_of(view)),
        identity=identity_rows(cut(view.content, plan.sharing_level)),
        compared=compared,
        met={it.org_name: compared.met[it.org_id].value for it in chosen if it.org_id in compared.met},
        opposed=bool(view.content.opposed),
        safe=safe_words(view.content.safe_contact),
        frames={str(basis): frame.says for basis, frame in frames_of(actor().country).items()},
        landlord=actor().org_kind == LANDLORD,
        minor=view.age_band is AgeBand.UNDER_18,
        by_link=[it.org_name for it in chosen if it.by_link],
        rests=rests,
        promised=resting.promised(rests),
    )
    return page, form.status


def _resting(chosen: Sequence[ReferableService]) -> dict[str, dict[UUID, str]]:
    return resting.before_sending({it.org_id: it.org_name for it in chosen})


def card_of(view: SituationView) -> Card:
    assert view.route and view.commune_code and view.age_band and view.household  # nothing is `missing`
    return Card(
        route=view.route,
        themes=view.themes,
        **place_of(view.commune_code),
        age_band=view.age_band,
        household=view.household,
        urgency=view.content.plan.urgency,
        asked=view.content.asked,
    )


def _summary(view: SituationView, partners: list[str]) -> list[Row]:
    """What was decided, with the way back to where it was."""
    plan, hrefs = view.content.plan, step_hrefs(view)
    assert plan.sharing_level is not None
    until = plan.deadline or usual_deadline(plan.urgency, clock.today(actor().country), actor().country)
    several = [{"term": "Intervention", "value": label(plan.mode), "href": hrefs[2]}] if len(partners) > 1 else []
    return [
        {"term": "Besoin", "value": ", ".join(words.theme_labels(view.themes)), "href": hrefs[0]},
        {"term": "Personne", "value": "Enregistrée, couverte plus bas", "href": hrefs[1]},
        {"term": "Partenaires" if several else "Partenaire", "value": partners, "href": hrefs[2]},
        *several,
        {"term": "Partage", "value": label(plan.sharing_level), "href": hrefs[2]},
        {"term": "Réponse avant le", "value": day(until), "href": hrefs[2]},
    ]


def _look_for(form: PartnersForm, view: SituationView, searching: bool) -> list[Proposal]:
    themes = (*view.themes, *(ENTERING if view.route is Route.ACCES else ()))
    return proposals.suiting(session(), actor(), themes, view.commune_code, form.q.data if searching else "")


def _others(chosen: list[Proposal], proposed: list[Proposal]) -> list[Proposal]:
    taken = {proposal.service.id for proposal in chosen}
    return [proposal for proposal in proposed if proposal.service.id not in taken]
