"""One's dates on a page, and their private address for a calendar application."""

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts.agenda import queries, service
from maillage.kernel.db import session
from maillage.notifications.calendar import MEDIA_TYPE, ics
from maillage.settings import Settings
from maillage.web.authz import actor, public, requires

blueprint = Blueprint("agenda", __name__)


@blueprint.get("/compte/agenda")
@requires()
def show() -> ResponseReturnValue:
    who = actor()
    return render_template(
        "accounts/agenda/show.html", feed=queries.own_feed(session(), who), coming=queries.coming(session(), who)
    )


@blueprint.post("/compte/agenda/adresse")
@requires(fresh=True)
def renew() -> ResponseReturnValue:
    """Answers with a page instead of a redirect: the address exists in this answer and nowhere else."""
    path = url_for("agenda.feed", secret=service.open_feed(actor()))
    return render_template("accounts/agenda/address.html", address=f"{_site()}{path}")


@blueprint.post("/compte/agenda/revoquer")
@requires()
def close() -> ResponseReturnValue:
    service.close_feed(actor())
    flash("Cette adresse ne mène plus à rien.", "success")
    return redirect(url_for("agenda.show"), 303)


@blueprint.get("/agenda/<secret>.ics")
@public("calendar applications, by a secret address", personal=True)
def feed(secret: str) -> ResponseReturnValue:
    return Response(
        ics(queries.dates_behind(session(), secret), site=_site()), content_type=f"{MEDIA_TYPE}; charset=utf-8"
    )


def _site() -> str:
    settings: Settings = current_app.extensions["maillage_settings"]
    return settings.base_url.rstrip("/")
