"""What the whole network shares: official texts, and who has done what."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.network.groups.policy import COORDINATE, TAKE_PART, coordinates
from maillage.network.groups.queries import coordinated
from maillage.network.roster import policy, queries, service
from maillage.network.roster.forms import SkillForm, TextForm
from maillage.network.roster.views.blueprint import blueprint
from maillage.network.roster.words import AXES, TEXTS
from maillage.web.authz import actor, requires


@blueprint.route("/reseau/savoir-faire", methods=["GET", "POST"])
@requires(TAKE_PART)
def skills() -> ResponseReturnValue:
    network = queries.my_network(session(), actor())
    form = SkillForm()
    said = form.accepted_by(
        lambda: service.say_done(
            actor(),
            words=form.words.data or "",
            axis=form.axis.data or "",
            year=form.year.data or None,
            nobody=form.nobody.data,
        )
    )
    if said:
        flash("C’est noté : vos collègues du réseau sauront à qui demander.", "success")
        return redirect(url_for("roster.skills"), 303)
    words, axis = request.args.get("q", "")[:100], request.args.get("axe", "")
    found = queries.skills(session(), network.id, words=words, axis=axis if axis in AXES else "")
    mine = {it.skill.id for it in found if policy.may_unsay(actor(), user_id=it.skill.user_id, owner_id=network.org_id)}
    page = render_template(
        "network/roster/skills.html", form=form, lines=found, mine=mine, words=words, axis=axis, axes=AXES
    )
    return page, form.status


@blueprint.post("/reseau/savoir-faire/<uuid:skill_id>/retirer")
@requires(TAKE_PART)
def unsay(skill_id: UUID) -> ResponseReturnValue:
    service.unsay(actor(), skill_id=skill_id)
    flash("C’est retiré.", "success")
    return redirect(url_for("roster.skills"), 303)


@blueprint.get("/reseau/textes")
@requires(TAKE_PART)
def texts() -> ResponseReturnValue:
    network = queries.my_network(session(), actor())
    return render_template(
        "network/roster/texts.html",
        lines=queries.texts(session(), network.id),
        kinds=TEXTS,
        may_write=coordinates(actor(), network.org_id),
    )


@blueprint.get("/reseau/textes/<uuid:text_id>")
@requires(TAKE_PART)
def text(text_id: UUID) -> ResponseReturnValue:
    network = queries.my_network(session(), actor())
    found = queries.versions(session(), network.id, text_id)
    return render_template(
        "network/roster/text.html", versions=found, kinds=TEXTS, may_write=coordinates(actor(), network.org_id)
    )


@blueprint.route("/reseau/textes/nouveau", methods=["GET", "POST"])
@requires(COORDINATE)
def new_text() -> ResponseReturnValue:
    coordinated(session(), actor())
    return _publish(TextForm(), None)


@blueprint.route("/reseau/textes/<uuid:text_id>/version", methods=["GET", "POST"])
@requires(COORDINATE)
def new_version(text_id: UUID) -> ResponseReturnValue:
    network = coordinated(session(), actor())
    last = queries.versions(session(), network.id, text_id)[0]
    return _publish(TextForm(data={"kind": last.kind, "title": last.title, "body": last.body}), text_id)


def _publish(form: TextForm, text_id: UUID | None) -> ResponseReturnValue:
    made: list[UUID] = []
    if form.accepted_by(lambda: made.append(service.publish(actor(), content=form.content(), text_id=text_id))):
        flash("Le texte est publié.", "success")
        return redirect(url_for("roster.text", text_id=made[0]), 303)
    return render_template("network/roster/text_form.html", form=form, text_id=text_id), form.status
