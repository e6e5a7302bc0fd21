"""Sessions as those who take part in them see them."""

from uuid import UUID

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel import clock
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, NotFound
from maillage.network.events import certificate, policy, queries, service
from maillage.network.events.calendar import entries_of
from maillage.network.events.certificate import Holder
from maillage.network.events.codes import Act, Seat
from maillage.network.events.folder import material_folder
from maillage.network.events.forms import rating_form
from maillage.network.events.views.words import WORDS, results
from maillage.network.groups.policy import TAKE_PART
from maillage.network.groups.queries import network_of
from maillage.network.seats import seats
from maillage.notifications.calendar import MEDIA_TYPE, ics
from maillage.web import files
from maillage.web.authz import actor, requires

blueprint = Blueprint("events", __name__, url_prefix="/reseau/formations")


@blueprint.get("")
@requires(TAKE_PART)
def index() -> ResponseReturnValue:
    who = actor()
    network = network_of(session(), who)
    if network is None:
        return render_template("network/events/nowhere.html")
    return render_template(
        "network/events/index.html",
        coming=queries.coming(session(), who, network, seats(session(), who)),
        mine=queries.mine(session(), who),
        hosts=queries.hosts(session(), who),
        **WORDS,
    )


@blueprint.get("/<uuid:event_id>")
@requires(TAKE_PART)
def show(event_id: UUID) -> ResponseReturnValue:
    found = queries.stance(session(), actor(), event_id)
    return render_template(
        "network/events/show.html",
        stance=found,
        begun=policy.has_begun(found.event),
        materials=queries.materials(session(), event_id),
        ratings=results(found.event),
        **WORDS,
    )


@blueprint.post("/<uuid:event_id>/inscription")
@requires(TAKE_PART)
def sign_up(event_id: UUID) -> ResponseReturnValue:
    """Somebody who presses twice is told that they are in, which is what they wanted to know."""
    try:
        seat = service.sign_up(actor(), event_id=event_id)
    except Conflict as refusal:
        flash(refusal.message, "warning")
    else:
        said = "Vous avez une place." if seat is Seat.SEATED else "C’est complet : vous êtes sur la liste d’attente."
        flash(said, "success" if seat is Seat.SEATED else "info")
    return redirect(url_for("events.show", event_id=event_id), 303)


@blueprint.post("/<uuid:event_id>/desistement")
@requires(TAKE_PART)
def give_back(event_id: UUID) -> ResponseReturnValue:
    try:
        service.give_back(actor(), event_id=event_id)
    except Conflict as refusal:
        flash(refusal.message, "warning")
    else:
        flash("Votre inscription est annulée.", "success")
    return redirect(url_for("events.show", event_id=event_id), 303)


@blueprint.get("/<uuid:event_id>/agenda.ics")
@requires(TAKE_PART)
def calendar(event_id: UUID) -> ResponseReturnValue:
    found = queries.stance(session(), actor(), event_id)
    site: str = current_app.extensions["maillage_settings"].base_url
    data = ics(entries_of(found.event, found.course), site=site)
    response = Response(data, content_type=f"{MEDIA_TYPE}; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename="session.ics")
    return response


@blueprint.get("/<uuid:event_id>/attestation")
@requires(TAKE_PART)
def certify(event_id: UUID) -> ResponseReturnValue:
    who = actor()
    found = queries.stance(session(), who, event_id, Act.CERTIFY)
    if not found.attended:
        raise NotFound()
    holder = Holder(who.user_name, who.org_name, who.country)
    response = Response(certificate.draw(found, holder, on=clock.today(who.country)), content_type="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename="attestation.pdf")
    return response


@blueprint.route("/<uuid:event_id>/avis", methods=["GET", "POST"])
@requires(TAKE_PART)
def rate(event_id: UUID) -> ResponseReturnValue:
    found = queries.stance(session(), actor(), event_id, Act.RATE)
    if not found.attended:
        raise NotFound()
    form = rating_form()
    if form.accepted_by(lambda: service.rate(actor(), event_id=event_id, answers=form.answers())):
        flash("Merci : votre avis est compté.", "success")
        return redirect(url_for("events.show", event_id=event_id), 303)
    page = render_template("network/events/rate.html", form=form, stance=found, enough=policy.ENOUGH_RATINGS)
    return page, form.status


@blueprint.get("/<uuid:event_id>/supports/<uuid:material_id>")
@requires(TAKE_PART)
def material(event_id: UUID, material_id: UUID) -> ResponseReturnValue:
    opened = service.open_material(actor(), event_id=event_id, material_id=material_id, folder=material_folder())
    return files.sent_in(opened.chunks, media_type=opened.media_type, name=opened.name, size=opened.size)
