"""Pages of the programs that an organisation has told of its referrals."""

from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.kernel.errors import DomainError
from maillage.notifications.webhooks import pacing, queries, service, words
from maillage.notifications.webhooks.forms import WebhookForm
from maillage.web.authz import actor, requires

blueprint = Blueprint("webhooks", __name__, url_prefix="/administration/logiciels")

WORDS: Final = {"standing": words.standing, "outcome": words.attempt, "fate": words.fate, "kind": words.kind}


@blueprint.get("")
@requires(pacing.ADMINISTER)
def index() -> ResponseReturnValue:
    return render_template("webhooks/index.html", webhooks=queries.of_organization(session(), actor()), **WORDS)


@blueprint.route("/ajouter", methods=["GET", "POST"])
@requires(pacing.ADMINISTER, fresh=True)
def create() -> ResponseReturnValue:
    """Answers the POST with a page instead of a redirect: the secret exists in this answer and nowhere else."""
    form = WebhookForm()
    if form.submitted():
        try:
            added = service.add(actor(), label=form.label.data, url=form.url.data)
        except DomainError as error:
            form.show(error)
        else:
            return _secret_page(added.id, form.label.data, added.secret)
    return render_template("webhooks/create.html", form=form), form.status


@blueprint.get("/<uuid:webhook_id>")
@requires(pacing.ADMINISTER)
def show(webhook_id: UUID) -> ResponseReturnValue:
    webhook = queries.one(session(), actor(), webhook_id)
    after = request.args.get("after")
    page = queries.log(session(), webhook, after)
    return render_template("webhooks/show.html", webhook=webhook, page=page, first_page=not after, **WORDS)


@blueprint.post("/<uuid:webhook_id>/essai")
@requires(pacing.ADMINISTER)
def send_test(webhook_id: UUID) -> ResponseReturnValue:
    service.send_test(actor(), webhook_id=webhook_id)
    return _back(webhook_id, "L’essai part. Rechargez la page dans un instant pour voir s’il est arrivé.")


@blueprint.post("/<uuid:webhook_id>/secret")
@requires(pacing.ADMINISTER, fresh=True)
def rotate(webhook_id: UUID) -> ResponseReturnValue:
    webhook = queries.one(session(), actor(), webhook_id)
    label = webhook.label
    return _secret_page(webhook_id, label, service.rotate(actor(), webhook_id=webhook_id), rotated=True)


@blueprint.post("/<uuid:webhook_id>/pause")
@requires(pacing.ADMINISTER)
def pause(webhook_id: UUID) -> ResponseReturnValue:
    service.pause(actor(), webhook_id=webhook_id)
    return _back(webhook_id, "En pause : ce qui arrive est gardé et partira à la reprise.")


@blueprint.post("/<uuid:webhook_id>/reprendre")
@requires(pacing.ADMINISTER)
def resume(webhook_id: UUID) -> ResponseReturnValue:
    service.resume(actor(), webhook_id=webhook_id)
    return _back(webhook_id, "Ce logiciel est de nouveau prévenu.")


@blueprint.post("/<uuid:webhook_id>/retirer")
@requires(pacing.ADMINISTER, fresh=True)
def remove(webhook_id: UUID) -> ResponseReturnValue:
    service.remove(actor(), webhook_id=webhook_id)
    flash("Ce logiciel n’est plus prévenu.", "success")
    return redirect(url_for("webhooks.index"), 303)


@blueprint.post("/<uuid:webhook_id>/envois/<uuid:delivery_id>/renvoyer")
@requires(pacing.ADMINISTER)
def replay(webhook_id: UUID, delivery_id: UUID) -> ResponseReturnValue:
    service.replay(actor(), webhook_id=webhook_id, delivery_id=delivery_id)
    return _back(webhook_id, "L’envoi repart.")


def _back(webhook_id: UUID, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("webhooks.show", webhook_id=webhook_id), 303)


def _secret_page(webhook_id: UUID, label: str, secret: str, *, rotated: bool = False) -> ResponseReturnValue:
    return render_template("webhooks/secret.html", webhook_id=webhook_id, label=label, secret=secret, rotated=rotated)
