"""The secret of an open vault, which only the browser keeps."""

import base64
import binascii

from flask import Response, current_app, request

from maillage.accounts.vault import keys
from maillage.accounts.vault.keys import OpenVault
from maillage.kernel.db import session
from maillage.web.authz import actor


def opened() -> OpenVault | None:
    """The vault that whoever acts holds open in this browser."""
    kept = secret()
    return keys.opened(session(), actor(), kept) if kept else None


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
