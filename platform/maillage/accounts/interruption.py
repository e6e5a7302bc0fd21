"""What a browser is answered that is no longer signed in, or not freshly enough, or whose vault is shut: its form is
not lost.

The page that answers holds what was sent, in hidden fields, for the very browser that sent it; nothing is kept here. It
is shown only where the form came from one of our own pages and from a browser that we know: an answer to another site
would let that site put words into somebody's mouth. Passwords and codes are left out.
"""

from typing import Final
from uuid import UUID

from flask import Flask, Response, current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from itsdangerous import BadSignature, URLSafeTimedSerializer

from maillage.accounts import queries
from maillage.accounts.vault.queries import Place, standing
from maillage.kernel import db
from maillage.kernel.errors import Conflict, ProofRequired, SignInRequired, VaultShut
from maillage.kernel.ids import parse_id
from maillage.web.authz import actor, is_api, optional_actor
from maillage.web.errors import answer, refuse

AUTHOR: Final = "_author"
LASTS: Final = 12 * 3600  # seconds; a page older than a working day is not sent again
NEVER_SHOWN: Final = frozenset({"csrf_token", "password", "current", "code", "credential", AUTHOR})


def register(app: Flask) -> None:
    app.register_error_handler(SignInRequired, _signed_out)
    app.register_error_handler(ProofRequired, _unproved)
    app.register_error_handler(CSRFError, _token_gone)
    app.register_error_handler(VaultShut, _shut)
    app.before_request(_refuse_words_of_others)


def _signed_out(error: SignInRequired) -> ResponseReturnValue:
    if is_api():
        return refuse(error)
    db.session().rollback()
    if (kept := _kept("signed_out", error.status)) is not None:
        return kept
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    flash("Connectez-vous pour ouvrir cette page." if wanted else "Votre session est fermée : rien n’a été envoyé.")
    return redirect(url_for("accounts.sign_in", next=wanted), 303)


def _unproved(error: ProofRequired) -> ResponseReturnValue:
    if is_api():
        return refuse(error)
    if (kept := _kept("unproved", error.status)) is not None:
        return kept
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.prove", next=wanted), 303)


def _shut(error: VaultShut) -> ResponseReturnValue:
    """The way to the vault and back here; who signed in to nothing is answered as a program is."""
    db.session().rollback()
    if is_api() or optional_actor() is None:
        return refuse(error)
    if (kept := _kept("vault_shut", error.status)) is not None:
        return kept
    page = render_template(
        "accounts/vault/shut.html",
        standing=standing(db.session(), actor()),
        places=Place,
        back=request.full_path.rstrip("?") if request.method == "GET" else None,
    )
    return Response(page, error.status)


def _token_gone(_error: CSRFError) -> ResponseReturnValue:
    """Signing in again changes the token of every page that was open: theirs are sent again with a click."""
    try:
        _refuse_words_of_others()
    except Conflict as error:
        return refuse(error)
    if (kept := _kept("token_gone" if optional_actor() else "signed_out", 400)) is not None:
        return kept
    return answer(
        400, "csrf", "Page expirée", "Votre session s’est fermée, ou cette page était ouverte depuis trop longtemps."
    )


def _kept(why: str, status: int) -> Response | None:
    """The page that holds the form that was sent; None where it must not be shown again."""
    ours = request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "same-origin"
    author = _author() if ours and "HX-Request" not in request.headers else None
    if author is None:
        return None
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in NEVER_SHOWN]
    page = render_template(
        "accounts/send_again.html",
        why=why,
        action=request.full_path.rstrip("?"),
        fields=[*fields, (AUTHOR, _signer().dumps(str(author)))],
        files=any(file.filename for file in request.files.values()),
    )
    return Response(page, status)


def _author() -> UUID | None:
    """Who is signed in, or was in this browser until their session lapsed."""
    who = optional_actor()
    if who is not None:
        return who.user_id
    return queries.holder_of_session(db.session(), str(cookie.get("_user_id", "")))


def _refuse_words_of_others() -> None:
    """On a shared computer, what one person wrote is not sent in the name of the next. Raises Conflict."""
    if request.method != "POST" or is_api() or AUTHOR not in request.form:
        return
    who = optional_actor()
    try:
        author = parse_id(_signer().loads(request.form[AUTHOR], max_age=LASTS))
    except BadSignature:
        author = None
    if who is not None and author != who.user_id:
        raise Conflict(
            "Cette page a été remplie par quelqu’un d’autre, ou il y a trop longtemps : rien n’a été envoyé."
        )


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="send again")
