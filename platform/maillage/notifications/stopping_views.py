"""What the link at the foot of a mail opens: GET shows, POST acts, for whoever holds it."""

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from maillage.kernel import clock
from maillage.kernel.errors import NotFound
from maillage.notifications import service, stopping
from maillage.web.authz import public
from maillage.web.csrf import csrf

blueprint = Blueprint("stopping", __name__)
csrf.exempt(blueprint)


@blueprint.route("/notifications/arret/<secret>", methods=["GET", "POST"])
@public("the link of a mail, which ends that kind of mails and shows nobody", personal=True)
def stop(secret: str) -> ResponseReturnValue:
    """A mail program posts without asking anybody, and follows no redirect: the answer is the page itself."""
    asked = stopping.read(str(current_app.secret_key), secret, clock.today())
    if asked is None or not asked.kinds:
        raise NotFound()
    if request.method == "POST":
        service.stop_mails(asked)
    return render_template("notifications/stop.html", asked=asked, done=request.method == "POST")
