"""Signing in and out, and acting for another of one's organisations."""

from collections.abc import Sequence

import structlog
from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from maillage.accounts import login, queries, service
from maillage.accounts.devices import device_of
from maillage.accounts.forms import CodeForm, KeyAnswerForm, ProofForm, SignInForm
from maillage.accounts.models import SecurityKey
from maillage.accounts.redirection import own_path
from maillage.accounts.vault import browser
from maillage.accounts.views.provider import led_out
from maillage.accounts.views.shared import demo_accounts, sign_in_page, site
from maillage.kernel.db import session
from maillage.kernel.errors import DomainError, NotFound, SignInRequired
from maillage.kernel.ids import parse_id
from maillage.web.authz import actor, public, requires
from maillage.web.errors import come_back
from maillage.web.throttle import limiter

blueprint = Blueprint("accounts", __name__)
log = structlog.get_logger(__name__)


@blueprint.get("/connexion")
@public("the way in", personal=True)
def sign_in() -> ResponseReturnValue:
    target = own_path(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(url_for("accounts.second_factor", next=target) if current_user.mfa_pending else target, 303)
    return sign_in_page(SignInForm(data={"next": target, "by_password": request.args.get("par")}))


@blueprint.post("/connexion")
@public("the way in", personal=True)
@limiter.limit("30 per 15 minutes", deduct_when=lambda response: response.status_code != 303)
def enter() -> ResponseReturnValue:
    form = SignInForm()
    if (way_out := led_out(form)) is not None:
        return way_out
    if not form.submitted():
        return sign_in_page(form), form.status
    try:
        entry = service.sign_in(
            email=form.email.data, password=form.password.data, device=device_of(request.user_agent.string)
        )
    except DomainError as error:
        form.show(error)
        return sign_in_page(form), error.status, come_back(error)
    login.enter(entry.secret)
    target = own_path(form.next.data)
    return redirect(url_for("accounts.second_factor", next=target) if entry.mfa_pending else target, 303)


@blueprint.route("/connexion/second-facteur", methods=["GET", "POST"])
@requires(mfa_pending=True)
@limiter.limit("30 per minute", methods=["POST"])
def second_factor() -> ResponseReturnValue:
    """Asks for the code; who must enrol first, because the organisation wants it, is taken there."""
    form = CodeForm(data={"next": request.args.get("next")})
    if not current_user.mfa_pending:
        return redirect(own_path(form.next.data), 303)
    if not queries.has_second_factor(session(), actor()):
        return redirect(url_for("second_factor.show"), 303)
    if not form.submitted():
        return _code_page(form), form.status
    try:
        login.enter(service.confirm_second_factor(actor(), code=form.code.data))
    except SignInRequired as error:
        login.leave()
        flash(error.message, "warning")
        return redirect(url_for("accounts.sign_in"), 303)
    except DomainError as error:
        form.show(error)
        return _code_page(form), error.status
    return redirect(own_path(form.next.data), 303)


@blueprint.route("/connexion/confirmer", methods=["GET", "POST"])
@requires(mfa_pending=True)
@limiter.limit("30 per minute", methods=["POST"])
def prove() -> ResponseReturnValue:
    """Asks again who is there, before an export or what could not be undone: the second factor, else the password."""
    target = own_path(request.args.get("next"))
    has_factor = queries.has_second_factor(session(), actor())
    if current_user.mfa_pending and has_factor:
        return redirect(url_for("accounts.second_factor", next=target), 303)
    form = CodeForm(data={"next": target}) if has_factor else ProofForm(data={"next": target})
    if form.accepted_by(lambda: login.enter(_prove(form, has_factor))):
        return redirect(own_path(form.next.data), 303)
    return render_template(
        "accounts/prove.html",
        form=form,
        has_factor=has_factor,
        keys=_usable_keys(),
        demo_code=_demo_code() if has_factor else None,
    ), form.status


@blueprint.post("/connexion/cle/demande")
@requires(mfa_pending=True)
@limiter.limit("30 per minute")
def ask_key() -> ResponseReturnValue:
    """What the browser hands to a security key; read by our own script."""
    return Response(service.ask_key(actor(), site=site()), mimetype="application/json")


@blueprint.post("/connexion/cle")
@requires(mfa_pending=True)
@limiter.limit("30 per minute")
def answer_key() -> ResponseReturnValue:
    """What a security key signed: it completes a sign-in, or proves again who is there."""
    form = KeyAnswerForm()
    again = not current_user.mfa_pending
    if form.accepted_by(
        lambda: login.enter(service.confirm_key(actor(), site=site(), answer=form.credential.data, again=again))
    ):
        return redirect(own_path(form.next.data), 303)
    log.warning("credentials refused", door="security key", user=str(actor().user_id))
    flash(next(iter([*form.form_errors, *form.credential.errors])), "warning")
    return redirect(url_for("accounts.prove" if again else "accounts.second_factor", next=form.next.data), 303)


@blueprint.post("/deconnexion")
@requires(mfa_pending=True)
def sign_out() -> ResponseReturnValue:
    service.sign_out(actor())
    login.leave()
    flash("Votre session est fermée.", "success")
    response = redirect(url_for("accounts.sign_in"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return browser.forget(current_app.make_response(response))


@blueprint.post("/changer-d-organisation")
@requires()
def switch() -> ResponseReturnValue:
    org_id = parse_id(request.form.get("org_id", ""))
    if org_id is None:
        raise NotFound()
    login.enter(service.switch_organization(actor(), org_id=org_id))
    return redirect("/", 303)


def _code_page(form: CodeForm) -> str:
    return render_template("accounts/second_factor.html", form=form, keys=_usable_keys(), demo_code=_demo_code())


def _usable_keys() -> Sequence[SecurityKey]:
    return queries.own_keys(session(), actor()) if site().takes_keys else ()


def _prove(form: CodeForm | ProofForm, has_factor: bool) -> str:
    if has_factor:
        return service.confirm_second_factor(actor(), code=form.code.data, again=True)
    return service.prove_by_password(actor(), password=form.current.data)


def _demo_code() -> str | None:
    email = queries.own_email(session(), actor())
    return next((account["code"] for account in demo_accounts() if account["email"] == email), None)
