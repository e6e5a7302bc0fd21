"""The mails that were kept instead of sent: what the demonstration shows, and a developer reads.

They hold links that open accounts. Only a demonstration, where everybody is fictional, shows them to anybody.
"""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from maillage.kernel.db import session
from maillage.kernel.errors import NotFound
from maillage.notifications import queries
from maillage.notifications.mailer import SinkMailer
from maillage.notifications.models import MailMessage
from maillage.web.authz import View, public, requires


def blueprint(*, demo: bool) -> Blueprint:
    """Open to all in a demonstration, to the platform's administrators elsewhere; absent where mails really leave."""
    made = Blueprint("kept_mails", __name__, url_prefix="/boite-d-envoi")
    rule: Callable[[View], View] = (
        public("mails of the demonstration", personal=True) if demo else requires("platform.administer")
    )
    made.add_url_rule("", "index", rule(_index))
    made.add_url_rule("/<uuid:mail_id>", "show", rule(_show))
    return made


def _index() -> ResponseReturnValue:
    _sink_only()
    page = queries.kept_mails(session(), request.args.get("after"))
    return render_template("notifications/mails.html", page=page, first_page="after" not in request.args)


def _show(mail_id: UUID) -> ResponseReturnValue:
    _sink_only()
    mail = session().get(MailMessage, mail_id)
    if mail is None:
        raise NotFound()
    return render_template("notifications/mail.html", mail=mail)


def _sink_only() -> None:
    if not isinstance(current_app.extensions["maillage_mailer"], SinkMailer):
        raise NotFound()
