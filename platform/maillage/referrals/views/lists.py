"""Lists: a worker's day, everything sent, the organisation's shared inbox."""

from typing import Any, Final
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts.queries import colleagues
from maillage.directory import policy as directory_policy
from maillage.directory import service as directory
from maillage.directory.queries import bare_services_of
from maillage.directory.vocabulary import CAPACITIES, CAPACITY_LEVELS, themes
from maillage.kernel.actor import Actor
from maillage.kernel.db import session
from maillage.referrals import queries
from maillage.referrals.codes import LABELS, Side, Urgency
from maillage.referrals.forms import FilterForm
from maillage.referrals.household import queries as household
from maillage.referrals.policy import ANSWER, INSIDE, READ_ASSIGNED, READ_ORGANIZATION, READ_OWN, READS, SEND
from maillage.referrals.queries import ReferralLine
from maillage.referrals.states import AWAITING_ANSWER, ENDED, STATES, STILL_OPEN, State, state_labels
from maillage.referrals.views import words
from maillage.referrals.views.blueprint import blueprint
from maillage.referrals.views.lines import received_line, sent_line, step_line, work_line
from maillage.web.authz import actor, requires
from maillage.web.paging import Page

ME: Final = "me"
CAPACITY_CHOICES: Final = [
    {"value": code, "label": CAPACITIES[code], "level": CAPACITY_LEVELS[code]}
    for code in ("free", "limited", "waiting", "full")
]
WAITING, OPEN, CLOSED = "todo", "open", "closed"
VIEWS: Final[dict[str, str]] = {WAITING: "À traiter", OPEN: "En cours", CLOSED: "Closes"}


@blueprint.get("/a-traiter")
@requires(*READS)
def todo() -> ResponseReturnValue:
    """Where "À traiter" leads: the shared inbox for who answers, one's own work for who refers."""
    return redirect(url_for("referrals.inbox" if _answers(actor()) else "referrals.my_work"), 303)


@blueprint.get("/mes-orientations")
@requires(SEND, READ_OWN, READ_ORGANIZATION)
def my_work() -> ResponseReturnValue:
    found = queries.my_work(session(), actor())
    others = {
        "En attente d’une réponse": [line for line in found.waiting if line.state in AWAITING_ANSWER],
        "En cours": [line for line in found.waiting if line.state not in AWAITING_ANSWER],
        "Closes récemment": found.closed,
    }
    return render_template(
        "referrals/my_work.html",
        to_do=[step_line(line) for line in household.next_steps(session(), actor())],
        to_act=[work_line(line) for line in found.to_act],
        others={title: [work_line(line) for line in lines] for title, lines in others.items() if lines},
        drafts=found.drafts,
        words=words,
    )


@blueprint.get("/mes-orientations/toutes")
@requires(SEND, READ_OWN, READ_ORGANIZATION)
def all_sent() -> ResponseReturnValue:
    labels = {term.code: term.label() for term in themes()}
    services = {str(found): name for found, name in queries.services_sent_to(session(), actor()).items()}
    form = FilterForm(request.args).offer(
        state=state_labels(), theme=labels, service=services, urgency=dict(LABELS[Urgency])
    )
    state, urgency, cursor = form.chosen("state"), form.chosen("urgency"), request.args.get("after")
    page = queries.inbox(
        session(),
        actor(),
        box=Side.SENDER,
        states=[State(state)] if state else (),
        service_id=form.chosen_id("service"),
        urgency=Urgency(urgency) if urgency else None,
        theme=form.chosen("theme"),
        cursor=cursor,
    )
    return render_template(
        "referrals/all_sent.html",
        form=form,
        lines=[sent_line(line) for line in page.rows],
        next_href=_next("referrals.all_sent", form, page.next),
        first_href=url_for("referrals.all_sent", **form.kept()) if cursor else None,
    )


@blueprint.get("/boite-partagee")
@requires(ANSWER, READ_ASSIGNED, READ_ORGANIZATION)
def inbox() -> ResponseReturnValue:
    who, cursor = actor(), request.args.get("after")
    shown, services = _view(who), _services(who)
    form = _inbox_filters(who, shown, services)
    page = _received(who, form, shown, cursor)
    return render_template(
        "referrals/inbox.html",
        form=form,
        tabs=_tabs(who, form, shown),
        shown=shown,
        lines=[received_line(line) for line in page.rows],
        next_href=_next("referrals.inbox", form, page.next, view=shown),
        first_href=url_for("referrals.inbox", view=shown, **form.kept()) if cursor else None,
        services=[it for it in services if it.accepts_referrals] if who.can(directory_policy.EDIT) else [],
        capacities=CAPACITY_CHOICES,
    )


@blueprint.post("/boite-partagee/places/<uuid:service_id>")
@requires(directory_policy.EDIT)
def set_capacity(service_id: UUID) -> ResponseReturnValue:
    directory.set_capacity(actor(), service_id=service_id, state=request.form.get("capacity", ""))
    flash("C’est noté : vos places sont à jour pour tous les partenaires.", "success")
    return redirect(url_for("referrals.inbox"), 303)


def _inbox_filters(who: Actor, shown: str, services: list[Any]) -> FilterForm:
    states = ENDED if shown == CLOSED else STILL_OPEN
    offered = {"urgency": dict(LABELS[Urgency])}
    offered["state"] = {state.value: STATES[state].label for state in STATES if state in states}
    if len(services) > 1:
        offered["service"] = {str(it.id): it.name for it in services}
    if people := _people(who):
        offered["assigned"] = people
    return FilterForm(request.args).offer(**offered)


def _received(who: Actor, form: FilterForm, shown: str, cursor: str | None) -> Page[ReferralLine]:
    state, urgency = form.chosen("state"), form.chosen("urgency")
    return queries.inbox(
        session(),
        who,
        box=Side.RECEIVER,
        states=[State(state)] if state else ENDED if shown == CLOSED else STILL_OPEN,
        service_id=form.chosen_id("service"),
        urgency=Urgency(urgency) if urgency else None,
        assigned_to=_assigned(form, who),
        todo=shown == WAITING,
        urgent_first=shown == WAITING,
        cursor=cursor,
    )


def _answers(who: Actor) -> bool:
    return who.can(ANSWER) or (who.can(READ_ASSIGNED) and not who.can(SEND))


def _view(who: Actor) -> str:
    views = _views(who)
    name = request.args.get("view", "")
    return name if name in views else views[0]


def _views(who: Actor) -> list[str]:
    """Nothing waits for somebody who may only read."""
    return [name for name in VIEWS if name != WAITING or who.can(ANSWER) or who.can(INSIDE)]


def _services(who: Actor) -> list[Any]:
    return list(bare_services_of(session(), who.org_id)) if who.org_id and who.can(ANSWER) else []


def _people(who: Actor) -> dict[str, str]:
    """Whom a list can be narrowed to; a volunteer only ever sees their own."""
    if who.org_id is None or not who.can(ANSWER):
        return {}
    others = {str(it.user_id): it.name for it in colleagues(session(), who.org_id) if it.user_id != who.user_id}
    return {ME: "Moi"} | others


def _assigned(form: FilterForm, who: Actor) -> UUID | None:
    found = form.chosen("assigned")
    if found == ME:
        return who.user_id
    return UUID(found) if found else None


def _tabs(who: Actor, form: FilterForm, shown: str) -> list[dict[str, Any]]:
    kept = {name: value for name, value in form.kept().items() if name != "state"}
    return [
        {"label": VIEWS[name], "href": url_for("referrals.inbox", view=name, **kept), "current": name == shown}
        for name in _views(who)
    ]


def _next(endpoint: str, form: FilterForm, cursor: str | None, **more: str) -> str | None:
    return url_for(endpoint, **(form.kept() | more | {"after": cursor})) if cursor else None
