"""The catalogue, and preparing a session of what is in it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.kernel.errors import Forbidden
from maillage.network.events import queries, service
from maillage.network.events.codes import Who
from maillage.network.events.forms import CourseForm, SessionForm
from maillage.network.events.models import Course
from maillage.network.events.views.words import WORDS
from maillage.network.groups.policy import LEAD, TAKE_PART
from maillage.network.seats import seats
from maillage.web.authz import actor, requires

blueprint = Blueprint("courses", __name__, url_prefix="/reseau/formations/catalogue")


@blueprint.get("")
@requires(TAKE_PART)
def index() -> ResponseReturnValue:
    hosts = queries.hosts(session(), actor())
    lines = queries.catalogue(session(), hosts.network)
    return render_template("network/events/catalogue.html", lines=lines, hosts=hosts, **WORDS)


@blueprint.get("/<uuid:course_id>")
@requires(TAKE_PART)
def show(course_id: UUID) -> ResponseReturnValue:
    course, who = queries.stance_of_course(session(), actor(), course_id)
    hosts = queries.hosts(session(), actor())
    lines = queries.sessions_of(session(), actor(), course, hosts.network, seats(session(), actor()))
    mine = who is Who.ORGANIZER
    return render_template("network/events/course.html", course=course, mine=mine, hosts=hosts, lines=lines, **WORDS)


@blueprint.route("/ajouter", methods=["GET", "POST"])
@requires(LEAD)
def add() -> ResponseReturnValue:
    form, made = CourseForm(), []
    form.offer(queries.hosts(session(), actor()))

    def save() -> None:
        made.append(service.add_course(actor(), group_id=form.group_id, content=form.content()))

    if form.accepted_by(save):
        flash("C’est au catalogue. Vous pouvez préparer une session.", "success")
        return redirect(url_for("courses.show", course_id=made[0]), 303)
    return render_template("network/events/course_form.html", form=form, course=None), form.status


@blueprint.route("/<uuid:course_id>/modifier", methods=["GET", "POST"])
@requires(LEAD)
def change(course_id: UUID) -> ResponseReturnValue:
    course = _own(course_id)
    form = CourseForm(obj=course)
    del form.host
    if form.accepted_by(lambda: service.change_course(actor(), course_id=course_id, content=form.content())):
        flash("La fiche est modifiée.", "success")
        return redirect(url_for("courses.show", course_id=course_id), 303)
    return render_template("network/events/course_form.html", form=form, course=course), form.status


@blueprint.post("/<uuid:course_id>/retirer")
@requires(LEAD)
def withdraw(course_id: UUID) -> ResponseReturnValue:
    service.withdraw_course(actor(), course_id=course_id)
    flash("Ce n’est plus au catalogue. Les sessions déjà prévues restent.", "success")
    return redirect(url_for("courses.index"), 303)


@blueprint.route("/<uuid:course_id>/session", methods=["GET", "POST"])
@requires(LEAD)
def plan(course_id: UUID) -> ResponseReturnValue:
    course, _ = queries.stance_of_course(session(), actor(), course_id)
    form, made = SessionForm(), []
    form.offer(queries.hosts(session(), actor()))

    def save() -> None:
        made.append(service.plan(actor(), course_id=course_id, group_id=form.group_id, content=form.content()))

    if form.accepted_by(save):
        flash("La session est prête : relisez-la, puis ouvrez les inscriptions.", "success")
        return redirect(url_for("events.show", event_id=made[0]), 303)
    return render_template("network/events/session_form.html", form=form, course=course, event=None), form.status


def _own(course_id: UUID) -> Course:
    course, who = queries.stance_of_course(session(), actor(), course_id)
    if who is not Who.ORGANIZER:
        raise Forbidden("Seule l’animation du groupe peut le faire.")
    return course
