"""Pages that call a meeting, find its date, move it or call it off."""

from uuid import UUID

from flask import Response, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.network.groups.policy import LEAD, TAKE_PART, Deed
from maillage.network.groups.queries import standing
from maillage.network.meetings import calendar, codes, queries, service
from maillage.network.meetings.codes import Act
from maillage.network.meetings.forms import (
    CallForm,
    CancelForm,
    DatesForm,
    MoveForm,
    PlanForm,
    choose_form,
    vote_form,
)
from maillage.network.meetings.views.blueprint import blueprint
from maillage.network.meetings.views.frame import back, framed, page
from maillage.network.meetings.views.words import next_step
from maillage.notifications.calendar import MEDIA_TYPE, CalendarEntry, ics
from maillage.web.authz import actor, requires


@blueprint.get("/reseau/groupes/<uuid:group_id>/reunions")
@requires(TAKE_PART)
def index(group_id: UUID) -> ResponseReturnValue:
    stands = standing(session(), actor(), group_id)
    return render_template(
        "network/meetings/index.html",
        group=stands.group,
        leads=stands.may(Deed.ANIMATE),
        listed=queries.listed(session(), group_id),
        tasks=queries.open_tasks(session(), group_id),
        codes=codes,
        me=actor().user_id,
    )


@blueprint.route("/reseau/groupes/<uuid:group_id>/reunions/nouvelle", methods=["GET", "POST"])
@requires(LEAD)
def create(group_id: UUID) -> ResponseReturnValue:
    stands = standing(session(), actor(), group_id, Deed.ANIMATE)
    form, made = CallForm(), list[UUID]()

    def call() -> None:
        made.append(
            service.create(
                actor(), group_id=group_id, plan=form.plan(), dates=form.chosen(), answer_by=form.answer_by.data
            )
        )

    if form.accepted_by(call):
        flash("La réunion est annoncée : les membres du groupe sont prévenus.", "success")
        return redirect(url_for("meetings.show", meeting_id=made[0]), 303)
    return render_template("network/meetings/create.html", form=form, group=stands.group), form.status


@blueprint.get("/reseau/reunions/<uuid:meeting_id>")
@requires(TAKE_PART)
def show(meeting_id: UUID) -> ResponseReturnValue:
    frame = framed(meeting_id)
    me = actor().user_id
    poll = queries.poll(session(), frame.meeting, me) if frame.may(Act.VOTE) else None
    seats = queries.seats(session(), frame.meeting)
    mine = next((seat for seat in seats if seat.id == me), None)
    answered = bool(poll.mine) if poll else bool(mine and mine.said)
    return page(
        "show",
        frame,
        poll=poll,
        seats=seats,
        mine=mine,
        agenda=queries.agenda(session(), meeting_id),
        step=next_step(frame, answered),
    )


@blueprint.get("/reseau/reunions/<uuid:meeting_id>/agenda.ics")
@requires(TAKE_PART)
def calendar_file(meeting_id: UUID) -> ResponseReturnValue:
    frame = framed(meeting_id)
    if frame.meeting.starts_at is None:
        return back(meeting_id)
    return as_file(
        calendar.entry(frame.meeting, frame.group.name, link=url_for("meetings.show", meeting_id=meeting_id))
    )


@blueprint.route("/reseau/reunions/<uuid:meeting_id>/modifier", methods=["GET", "POST"])
@requires(LEAD)
def change(meeting_id: UUID) -> ResponseReturnValue:
    frame = framed(meeting_id, Act.CHANGE)
    form = PlanForm(obj=frame.meeting)
    if form.accepted_by(
        lambda: service.change(actor(), meeting_id=meeting_id, plan=form.plan(), version=form.known_version())
    ):
        return back(meeting_id)
    return page("change", frame, form)


@blueprint.route("/reseau/reunions/<uuid:meeting_id>/dates", methods=["GET", "POST"])
@requires(LEAD)
def add_dates(meeting_id: UUID) -> ResponseReturnValue:
    frame, form = framed(meeting_id, Act.ADD_DATES), DatesForm()
    if form.accepted_by(lambda: service.add_dates(actor(), meeting_id=meeting_id, dates=form.chosen())):
        flash("Les dates sont proposées : les membres sont prévenus.", "success")
        return back(meeting_id)
    return page("dates", frame, form)


@blueprint.route("/reseau/reunions/<uuid:meeting_id>/disponibilites", methods=["GET", "POST"])
@requires(TAKE_PART)
def vote(meeting_id: UUID) -> ResponseReturnValue:
    frame = framed(meeting_id, Act.VOTE)
    poll = queries.poll(session(), frame.meeting, actor().user_id)
    form = vote_form(poll.tallies, poll.mine)
    if form.accepted_by(lambda: service.vote(actor(), meeting_id=meeting_id, answers=form.answers(poll.tallies))):
        flash("Vos disponibilités sont notées. Vous pouvez les changer jusqu’au choix de la date.", "success")
        return back(meeting_id)
    return page("vote", frame, form)


@blueprint.route("/reseau/reunions/<uuid:meeting_id>/date", methods=["GET", "POST"])
@requires(LEAD)
def choose(meeting_id: UUID) -> ResponseReturnValue:
    frame = framed(meeting_id, Act.CHOOSE)
    poll = queries.poll(session(), frame.meeting, None)
    form = choose_form(poll.tallies, poll.best)
    if form.accepted_by(lambda: service.choose(actor(), meeting_id=meeting_id, date_id=form.chosen())):
        flash("La date est fixée : les membres sont prévenus.", "success")
        return back(meeting_id)
    return page("choose", frame, form, poll=poll)


@blueprint.route("/reseau/reunions/<uuid:meeting_id>/deplacer", methods=["GET", "POST"])
@requires(LEAD)
def move(meeting_id: UUID) -> ResponseReturnValue:
    frame = framed(meeting_id, Act.MOVE)
    form = MoveForm(data={"at": frame.meeting.starts_at, "version": frame.meeting.version})
    if form.accepted_by(lambda: _move(meeting_id, form)):
        flash("La réunion est déplacée : membres et invités sont prévenus.", "success")
        return back(meeting_id)
    return page("move", frame, form)


@blueprint.route("/reseau/reunions/<uuid:meeting_id>/annuler", methods=["GET", "POST"])
@requires(LEAD)
def cancel(meeting_id: UUID) -> ResponseReturnValue:
    frame, form = framed(meeting_id, Act.CANCEL), CancelForm()
    if form.accepted_by(lambda: service.cancel(actor(), meeting_id=meeting_id, reason=form.reason.data)):
        flash("La réunion est annulée : membres et invités sont prévenus.", "success")
        return back(meeting_id)
    return page("cancel", frame, form)


def as_file(entry: CalendarEntry) -> Response:
    """One date, for any calendar."""
    site = current_app.extensions["maillage_settings"].base_url
    answer = Response(ics([entry], site=site), mimetype=MEDIA_TYPE)
    answer.headers["Content-Disposition"] = 'attachment; filename="reunion.ics"'
    return answer


def _move(meeting_id: UUID, form: MoveForm) -> None:
    at = form.at.data
    assert at is not None
    service.move(actor(), meeting_id=meeting_id, at=at, reason=form.reason.data or "", version=form.known_version())
