"""One's own account: profile, password, sessions, API keys."""

from datetime import datetime, time, timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts import login, queries, service
from maillage.accounts.forms import AbsenceForm, PasswordForm, ProfileForm, TokenForm, pick
from maillage.accounts.queries import Absence, Colleague
from maillage.accounts.roles import PERMISSIONS, labels_of
from maillage.accounts.vault.queries import has_vault
from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import session
from maillage.kernel.errors import DomainError, NotFound
from maillage.web.authz import actor, requires
from maillage.web.forms import choices

blueprint = Blueprint("account", __name__, url_prefix="/compte")


@blueprint.get("")
@requires()
def show() -> ResponseReturnValue:
    who = actor()
    return render_template(
        "accounts/account.html",
        profile=queries.profile(session(), who),
        roles=labels_of(who.roles),
        has_vault=has_vault(session(), who),
        away=queries.absence(session(), who),
    )


@blueprint.route("/profil", methods=["GET", "POST"])
@requires()
def profile() -> ResponseReturnValue:
    shown = queries.profile(session(), actor())
    form = ProfileForm(data={"name": shown.name, "job_title": shown.job_title})
    if form.submitted():
        try:
            service.change_profile(actor(), name=form.name.data, job_title=form.job_title.data)
        except DomainError as error:
            form.show(error)
        else:
            flash("Votre profil est à jour.", "success")
            return redirect(url_for("account.show"), 303)
    return render_template("accounts/profile.html", form=form, email=shown.email), form.status


@blueprint.route("/absence", methods=["GET", "POST"])
@requires()
def absence() -> ResponseReturnValue:
    who = actor()
    away = queries.absence(session(), who)
    form = AbsenceForm(data=_shown(away) if away else {"substitute": ""})
    others = {str(one.user_id): one.name for one in _colleagues(who)}
    form.substitute.choices = choices(others, empty="Personne")
    if form.accepted_by(
        lambda: service.announce_absence(
            who,
            first=form.first.data,
            last=form.last.data,
            substitute_id=UUID(form.substitute.data) if form.substitute.data else None,
        )
    ):
        flash("Votre absence est notée.", "success")
        return redirect(url_for("account.show"), 303)
    return render_template("accounts/absence.html", form=form, away=away), form.status


@blueprint.post("/absence/fin")
@requires()
def end_absence() -> ResponseReturnValue:
    service.end_absence(actor())
    flash("Vous n’êtes plus noté absent.", "success")
    return redirect(url_for("account.show"), 303)


@blueprint.route("/mot-de-passe", methods=["GET", "POST"])
@requires()
def password() -> ResponseReturnValue:
    form = PasswordForm()
    if form.submitted():
        try:
            secret = service.change_password(actor(), current=form.current.data, password=form.password.data)
        except DomainError as error:
            form.show(error)
        else:
            login.enter(secret)
            flash("Votre mot de passe est changé, et vos autres sessions sont fermées.", "success")
            return redirect(url_for("account.show"), 303)
    return render_template("accounts/password.html", form=form), form.status


@blueprint.get("/sessions")
@requires()
def sessions() -> ResponseReturnValue:
    who = actor()
    return render_template(
        "accounts/sessions.html", sessions=queries.own_sessions(session(), who), current=who.session_id
    )


@blueprint.post("/sessions/<uuid:session_id>/fermer")
@requires(fresh=True)
def close_session(session_id: UUID) -> ResponseReturnValue:
    service.revoke_session(actor(), session_id=session_id)
    flash("La session est fermée.", "success")
    return redirect(url_for("account.sessions"), 303)


@blueprint.post("/sessions/fermer-les-autres")
@requires(fresh=True)
def close_other_sessions() -> ResponseReturnValue:
    service.revoke_other_sessions(actor())
    flash("Vos autres sessions sont fermées.", "success")
    return redirect(url_for("account.sessions"), 303)


@blueprint.get("/cles")
@requires()
def tokens() -> ResponseReturnValue:
    return render_template("accounts/tokens.html", tokens=queries.own_tokens(session(), actor()), words=PERMISSIONS)


@blueprint.route("/cles/nouvelle", methods=["GET", "POST"])
@requires(fresh=True)
def new_token() -> ResponseReturnValue:
    """Answers the POST with a page instead of a redirect: the secret exists in this answer and nowhere else."""
    who = actor()
    form = TokenForm(data={"expires_at": clock.today(who.country) + timedelta(days=90)})
    pick(form.scopes, {name: words for name, words in PERMISSIONS.items() if who.can(name)})
    if form.submitted():
        try:
            secret = _issue(who, form)
        except DomainError as error:
            form.show(error)
        else:
            return render_template("accounts/token_secret.html", secret=secret, label=form.label.data)
    return render_template("accounts/new_token.html", form=form), form.status


@blueprint.post("/cles/<uuid:token_id>/revoquer")
@requires()
def revoke_token(token_id: UUID) -> ResponseReturnValue:
    service.revoke_token(actor(), token_id=token_id)
    flash("La clé ne donne plus accès à rien.", "success")
    return redirect(url_for("account.tokens"), 303)


def _shown(away: Absence) -> dict[str, object]:
    return {"first": away.first, "last": away.last, "substitute": str(away.substitute_id or "")}


def _colleagues(who: Actor) -> list[Colleague]:
    found = queries.colleagues(session(), who.org_id) if who.org_id else []
    return [one for one in found if one.user_id != who.user_id]


def _issue(who: Actor, form: TokenForm) -> str:
    if who.user_id is None or who.org_id is None:
        raise NotFound()
    end = datetime.combine(form.expires_at.data, time(23, 59), tzinfo=clock.ZONES[who.country])
    return service.issue_token(
        who,
        user_id=who.user_id,
        org_id=who.org_id,
        label=form.label.data,
        scopes=form.scopes.data,
        expires_at=end,
    )
