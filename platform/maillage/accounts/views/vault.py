"""Pages of the vault: what it promises, making it, opening it, who is in it."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from maillage.accounts import policy
from maillage.accounts.redirection import own_path
from maillage.accounts.vault import browser, queries, service
from maillage.accounts.vault.forms import AskForm, LetInForm, OpenForm, PrintedCodeForm, RecoveryForm, WholeForm
from maillage.accounts.vault.queries import Place
from maillage.kernel import boxes
from maillage.kernel.db import session
from maillage.kernel.errors import NotFound
from maillage.web.authz import actor, requires
from maillage.web.forms import Form

T = TypeVar("T")

blueprint = Blueprint("vault", __name__, url_prefix="/coffre")


@blueprint.get("")
@requires()
def show() -> ResponseReturnValue:
    return render_template(
        "accounts/vault/show.html",
        standing=queries.standing(session(), actor()),
        places=Place,
        is_open=browser.opened() is not None,
        administers=actor().can(policy.ORGANIZATION),
        me=actor().user_id,
    )


@blueprint.route("/creer", methods=["GET", "POST"])
@requires(policy.ORGANIZATION, fresh=True)
def create() -> ResponseReturnValue:
    """Each showing draws another code, kept nowhere: the vault is made once the end of it was typed from paper."""
    if queries.has_vault(session(), actor()):
        return redirect(url_for("vault.show"), 303)
    form = PrintedCodeForm(data={"code": boxes.new_code()})
    opening = _accepted(form, lambda: service.create(actor(), password=form.current.data, code=form.code.data))
    if opening is not None:
        flash("Le coffre existe, et il est ouvert dans ce navigateur.", "success")
        return _opened(opening, url_for("vault.show"))
    return _code_page("accounts/vault/create.html", form)


@blueprint.route("/code", methods=["GET", "POST"])
@requires(policy.ORGANIZATION, fresh=True)
def renew_code() -> ResponseReturnValue:
    if browser.opened() is None:
        return _open_first()
    form = PrintedCodeForm(data={"code": boxes.new_code()})
    if form.accepted_by(
        lambda: service.renew_code(actor(), password=form.current.data, code=form.code.data, secret=browser.secret())
    ):
        flash("Le nouveau code est en place : détruisez l’ancien papier.", "success")
        return redirect(url_for("vault.show"), 303)
    return _code_page("accounts/vault/renew_code.html", form)


@blueprint.route("/ouvrir", methods=["GET", "POST"])
@requires()
def unlock() -> ResponseReturnValue:
    """A step on the way to what the vault holds: it leads back to where one was."""
    form = OpenForm(data={"next": request.args.get("next")})
    back = own_path(form.next.data, default=url_for("vault.show"))
    standing = queries.standing(session(), actor())
    if standing is None or standing.mine is not Place.IN:
        return redirect(url_for("vault.show"), 303)
    opening = _accepted(form, lambda: service.unlock(actor(), password=form.current.data))
    if opening is not None:
        flash("Le coffre est ouvert dans ce navigateur, jusqu’à la fin de votre session.", "success")
        return _opened(opening, back)
    return render_template("accounts/vault/unlock.html", form=form, back=back), form.status


@blueprint.post("/fermer")
@requires()
def shut() -> ResponseReturnValue:
    service.shut(actor())
    flash("Le coffre est fermé dans ce navigateur.", "success")
    return browser.forget(current_app.make_response(redirect(url_for("vault.show"), 303)))


@blueprint.route("/demander", methods=["GET", "POST"])
@requires()
def ask() -> ResponseReturnValue:
    """Answers the POST with a page: the fingerprint is read from memory, before anything could put another there."""
    standing = queries.standing(session(), actor())
    if standing is None or standing.mine is Place.IN:
        return redirect(url_for("vault.show"), 303)
    form = AskForm()
    fingerprint = _accepted(form, lambda: service.ask(actor(), password=form.current.data))
    if fingerprint is not None:
        return render_template("accounts/vault/fingerprint.html", fingerprint=fingerprint)
    return render_template("accounts/vault/ask.html", form=form, standing=standing, places=Place), form.status


@blueprint.route("/membres/<uuid:user_id>/entrer", methods=["GET", "POST"])
@requires(fresh=True)
def let_in(user_id: UUID) -> ResponseReturnValue:
    name = queries.asking_name(session(), actor(), user_id)
    if name is None:
        raise NotFound()
    if browser.opened() is None:
        return _open_first()
    form = LetInForm()
    if form.accepted_by(
        lambda: service.let_in(actor(), user_id=user_id, fingerprint=form.fingerprint.data, secret=browser.secret())
    ):
        flash("C’est fait : cette personne ouvre le coffre avec son mot de passe.", "success")
        return redirect(url_for("vault.show"), 303)
    return render_template("accounts/vault/let_in.html", form=form, name=name), form.status


@blueprint.route("/membres/<uuid:user_id>/retirer", methods=["GET", "POST"])
@requires(policy.ORGANIZATION, fresh=True)
def put_out(user_id: UUID) -> ResponseReturnValue:
    name = queries.member_name(session(), actor(), user_id)
    if name is None:
        raise NotFound()
    if request.method == "POST":
        service.put_out(actor(), user_id=user_id)
        flash("Cette personne n’est plus dans le coffre.", "success")
        return redirect(url_for("vault.show"), 303)
    return render_template("accounts/vault/put_out.html", name=name)


@blueprint.route("/tout", methods=["GET", "POST"])
@requires(policy.ORGANIZATION, fresh=True)
def keep_whole() -> ResponseReturnValue:
    standing = queries.standing(session(), actor())
    if standing is None:
        return redirect(url_for("vault.show"), 303)
    if browser.opened() is None:
        return _open_first()
    form = WholeForm(data={"wanted": "no" if standing.whole_since else "yes"})
    wanted = form.wanted.data == "yes"
    if form.accepted_by(lambda: service.keep_whole(actor(), wanted=wanted, secret=browser.secret())):
        kept = "vont dans le coffre" if wanted else "ne vont plus dans le coffre"
        flash(f"C’est fait : les nouvelles situations et orientations {kept}.", "success")
        return redirect(url_for("vault.show"), 303)
    return render_template("accounts/vault/keep_whole.html", form=form, whole=bool(standing.whole_since)), form.status


@blueprint.route("/secours", methods=["GET", "POST"])
@requires(policy.ORGANIZATION, fresh=True)
def recover() -> ResponseReturnValue:
    if not queries.has_vault(session(), actor()):
        return redirect(url_for("vault.show"), 303)
    form = RecoveryForm()
    opening = _accepted(form, lambda: service.recover(actor(), password=form.current.data, code=form.code.data))
    if opening is not None:
        flash("Le coffre est ouvert dans ce navigateur. Le code de secours reste le même.", "success")
        return _opened(opening, url_for("vault.show"))
    return render_template("accounts/vault/recover.html", form=form), form.status


def _accepted(form: Form, verb: Callable[[], T]) -> T | None:
    """What the verb gives for a form that is right; None where the form is to be shown, with its refusal."""
    given: list[T] = []
    return given[0] if form.accepted_by(lambda: given.append(verb())) else None


def _opened(opening: bytes, back: str) -> ResponseReturnValue:
    return browser.keep(current_app.make_response(redirect(back, 303)), opening)


def _open_first() -> ResponseReturnValue:
    return redirect(url_for("vault.unlock", next=request.path), 303)


def _code_page(template: str, form: PrintedCodeForm) -> ResponseReturnValue:
    """A code that did not come back from the browser is replaced by another, which the page says."""
    if boxes.pair_of_code(form.code.data or "") is None:
        form.code.data = boxes.new_code()
    return render_template(template, form=form), form.status
