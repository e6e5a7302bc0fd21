"""Enrolling, renewing and giving up the second factor. Open to who must enrol before anything else."""

from uuid import UUID

import segno
from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from maillage.accounts import login, queries, service, totp
from maillage.accounts.forms import CodeForm, NewKeyForm, PresentPasswordForm
from maillage.accounts.service import Enrolment
from maillage.accounts.views.shared import site
from maillage.kernel.db import session
from maillage.kernel.errors import DomainError
from maillage.web.authz import actor, requires

blueprint = Blueprint("second_factor", __name__, url_prefix="/compte/second-facteur")


@blueprint.get("")
@requires(mfa_pending=True)
def show() -> ResponseReturnValue:
    profile = queries.profile(session(), actor())
    keys = queries.own_keys(session(), actor())
    if current_user.mfa_pending and (profile.totp_since or keys):
        return redirect(url_for("accounts.second_factor"), 303)
    return render_template(
        "accounts/totp.html", profile=profile, keys=keys, required=current_user.mfa_pending, site=site()
    )


@blueprint.post("")
@requires(mfa_pending=True)
def begin() -> ResponseReturnValue:
    service.begin_totp(actor())
    return redirect(url_for("second_factor.confirm"), 303)


@blueprint.route("/activer", methods=["GET", "POST"])
@requires(mfa_pending=True)
def confirm() -> ResponseReturnValue:
    """Answers the right code with a page instead of a redirect: the recovery codes are in this answer only."""
    secret = service.pending_totp(actor())
    if secret is None:
        return redirect(url_for("second_factor.show"), 303)
    form = CodeForm()
    if form.submitted():
        try:
            enrolment = service.confirm_totp(actor(), code=form.code.data)
        except DomainError as error:
            form.show(error)
        else:
            login.enter(enrolment.session_secret)
            if enrolment.recovery_codes:
                return render_template("accounts/recovery_codes.html", codes=enrolment.recovery_codes, enrolled=True)
            flash("L’application de codes est activée.", "success")
            return redirect(url_for("second_factor.show"), 303)
    return render_template("accounts/enrol_totp.html", form=form, secret=secret, qr=_qr(secret)), form.status


@blueprint.route("/codes", methods=["GET", "POST"])
@requires()
def codes() -> ResponseReturnValue:
    form = PresentPasswordForm()
    if form.submitted():
        try:
            fresh = service.renew_recovery_codes(actor(), password=form.current.data)
        except DomainError as error:
            form.show(error)
        else:
            return render_template("accounts/recovery_codes.html", codes=fresh, enrolled=False)
    return render_template("accounts/renew_codes.html", form=form), form.status


@blueprint.route("/desactiver", methods=["GET", "POST"])
@requires()
def disable() -> ResponseReturnValue:
    form = PresentPasswordForm()
    if form.submitted():
        try:
            service.disable_totp(actor(), password=form.current.data)
        except DomainError as error:
            form.show(error)
        else:
            flash("Le second facteur est désactivé.", "success")
            return redirect(url_for("second_factor.show"), 303)
    return render_template("accounts/disable_totp.html", form=form), form.status


@blueprint.route("/cles/nouvelle", methods=["GET", "POST"])
@requires(mfa_pending=True, fresh=True)
def new_key() -> ResponseReturnValue:
    """Answers a first key with a page instead of a redirect: the recovery codes are in this answer only."""
    form = NewKeyForm()
    enrolments: list[Enrolment] = []
    if form.accepted_by(
        lambda: enrolments.append(
            service.add_key(actor(), site=site(), answer=form.credential.data, label=form.label.data)
        )
    ):
        login.enter(enrolments[0].session_secret)
        if enrolments[0].recovery_codes:
            return render_template("accounts/recovery_codes.html", codes=enrolments[0].recovery_codes, enrolled=True)
        flash("La clé est ajoutée.", "success")
        return redirect(url_for("second_factor.show"), 303)
    return render_template("accounts/new_key.html", form=form, site=site()), form.status


@blueprint.post("/cles/demande")
@requires(mfa_pending=True, fresh=True)
def offer_key() -> ResponseReturnValue:
    """What the browser hands to a new security key; read by our own script."""
    return Response(service.offer_key(actor(), site=site()), mimetype="application/json")


@blueprint.post("/cles/<uuid:key_id>/retirer")
@requires(fresh=True)
def remove_key(key_id: UUID) -> ResponseReturnValue:
    service.remove_key(actor(), key_id=key_id)
    flash("La clé est retirée.", "success")
    return redirect(url_for("second_factor.show"), 303)


def _qr(secret: str) -> str:
    """The QR code as a data address: dark on white in every theme, since cameras want it so."""
    uri = totp.provisioning_uri(secret, queries.own_email(session(), actor()))
    return str(segno.make(uri, error="m").svg_data_uri(scale=5, border=4, light="white"))
