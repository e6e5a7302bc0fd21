"""The secret of an open vault, which only the browser keeps."""

import base64
import binascii

from flask import Response, current_app, g, has_request_context, request

from maillage.accounts.vault import keys
from maillage.accounts.vault.keys import OpenVault
from maillage.kernel.content_keys import Pairs
from maillage.kernel.db import session
from maillage.kernel.scope import on_behalf
from maillage.web.authz import actor, optional_actor


def opened() -> OpenVault | None:
    """The vault that whoever acts holds open in this browser."""
    kept = secret()
    return keys.opened(session(), actor(), kept) if kept else None


def pairs() -> Pairs:
    """The key pairs of that vault and of those before it, looked for once in a request; none in a job, for a key of an
    application, for a mailed link."""
    if not has_request_context():
        return {}
    if "vault_pairs" not in g:
        g.vault_pairs = _pairs()
    found: Pairs = g.vault_pairs
    return found


def _pairs() -> Pairs:
    who = optional_actor()
    if who is None or who.org_id is None or who.user_id is None or not secret():
        return {}
    with on_behalf(who.org_id, who.user_id):  # content is also opened where only some tables are
        found = opened()
    return {str(vault_id): pair for vault_id, pair in found.pairs.items()} if found is not None else {}


def secret() -> bytes:
    try:
        return base64.urlsafe_b64decode(request.cookies.get(_name(), ""))
    except (binascii.Error, ValueError):
        return b""


def keep(response: Response, opening: bytes) -> Response:
    """Until the browser is closed; the session that it goes with ends sooner."""
    response.set_cookie(
        _name(),
        base64.urlsafe_b64encode(opening).decode(),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def forget(response: Response) -> Response:
    response.delete_cookie(_name(), secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite="Lax")
    return response


def _name() -> str:
    return "__Host-coffre" if current_app.config["SESSION_COOKIE_SECURE"] else "coffre"
