"""What mailed links open: GET shows, POST acts."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts import service
from maillage.accounts.forms import AskResetForm, JoinForm, KnownJoinForm, NewPasswordForm
from maillage.accounts.roles import labels_of
from maillage.accounts.service import LinkExpired
from maillage.kernel.errors import DomainError, Invalid
from maillage.web.authz import public
from maillage.web.throttle import limiter

blueprint = Blueprint("account_links", __name__)


@blueprint.errorhandler(LinkExpired)
def expired(error: LinkExpired) -> ResponseReturnValue:
    return render_template("accounts/link_expired.html"), error.status


@blueprint.route("/mot-de-passe-oublie", methods=["GET", "POST"])
@public("asking for a way back in", personal=True)
@limiter.limit("10 per minute; 60 per hour", methods=["POST"])
def forgotten() -> ResponseReturnValue:
    form = AskResetForm()
    if form.submitted():
        try:
            service.ask_reset(email=form.email.data)
        except Invalid as error:
            form.show(error)
        else:
            return render_template("accounts/reset_asked.html", email=form.email.data)
    return render_template("accounts/forgotten.html", form=form), form.status


@blueprint.route("/mot-de-passe/<secret>", methods=["GET", "POST"])
@public("a single-use link mailed to the person", personal=True)
@limiter.limit("30 per minute")
def reset(secret: str) -> ResponseReturnValue:
    shown = service.resetting(secret=secret)
    form = NewPasswordForm()
    if form.submitted():
        try:
            service.reset_password(secret=secret, password=form.password.data)
        except LinkExpired:
            raise
        except DomainError as error:
            form.show(error)
        else:
            flash("Votre mot de passe est changé. Connectez-vous.", "success")
            return redirect(url_for("accounts.sign_in"), 303)
    return render_template("accounts/reset.html", form=form, email=shown.email), form.status


@blueprint.route("/invitation/<secret>", methods=["GET", "POST"])
@public("a single-use link mailed to the person", personal=True)
@limiter.limit("30 per minute")
def join(secret: str) -> ResponseReturnValue:
    shown = service.invitation(secret=secret)
    form = KnownJoinForm() if shown.has_account else JoinForm(data={"name": shown.name})
    if form.submitted():
        try:
            service.accept_invitation(
                secret=secret,
                name="" if shown.has_account else form.name.data,
                password="" if shown.has_account else form.password.data,
            )
        except LinkExpired:
            raise
        except DomainError as error:
            form.show(error)
        else:
            flash("Bienvenue. Connectez-vous pour commencer.", "success")
            return redirect(url_for("accounts.sign_in"), 303)
    return render_template("accounts/join.html", form=form, invitation=shown, roles=labels_of(shown.roles)), form.status
