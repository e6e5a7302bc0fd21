"""Who is behind a request: a session cookie on pages, a bearer token under /api/, never one for the other."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from flask import Flask, Request, Response, current_app, g, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy.orm import Session

from maillage.accounts import password_rules, passwords, queries, service
from maillage.accounts.oidc.queries import places
from maillage.accounts.queries import Affiliation, Presence
from maillage.accounts.roles import labels_of
from maillage.kernel import clock, db, scope
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.errors import DomainError
from maillage.web.authz import is_api, optional_actor

log = structlog.get_logger(__name__)

TRACE_EVERY = timedelta(minutes=5)


class SignedIn(UserMixin):  # type: ignore[misc]  # flask_login ships no types
    """What `current_user` is: the actor, and whether the second factor is still to come."""

    def __init__(self, secret: str, presence: Presence) -> None:
        self.secret = secret
        self.presence = presence
        self.actor: Actor = presence.actor
        self.mfa_pending: bool = presence.mfa_pending

    def get_id(self) -> str:
        return self.secret


def register(app: Flask) -> None:
    settings = app.extensions["maillage_settings"]
    passwords.configure(memory_kib=settings.argon2_memory_kib, time=settings.argon2_time)
    password_rules.configure(breached=settings.breached_passwords_file)
    manager = LoginManager()
    manager.session_protection = None  # a session is a row that can be revoked, not a guess about the browser
    manager.user_loader(_by_session)
    manager.request_loader(_by_token)
    manager.init_app(app)
    app.after_request(_leave_trace)
    app.context_processor(_context)


def enter(secret: str) -> None:
    """Bind the browser to a session just opened or renewed, forgetting everything it carried before."""
    presence = queries.presence_of_session(db.session(), secret)
    assert presence is not None
    session.clear()
    login_user(SignedIn(secret, presence))
    g.actor = presence.actor
    scope.act_as(presence.actor, known=not presence.mfa_pending)


def leave() -> None:
    logout_user()
    session.clear()
    g.actor = None
    scope.act_as(None)


def _by_session(secret: str) -> SignedIn | None:
    return None if is_api() else _look_up(queries.presence_of_session, secret)


def _by_token(request: Request) -> SignedIn | None:
    if not is_api() or request.authorization is None or request.authorization.type != "bearer":
        return None
    return _look_up(queries.presence_of_token, request.authorization.token or "")


def _look_up(find: Callable[[Session, str], Presence | None], secret: str) -> SignedIn | None:
    g.actor = None  # what the error page goes by when the database does not answer
    presence = find(db.session(), secret)
    g.pop("actor")
    if presence is None:
        return None
    scope.act_as(presence.actor, known=not presence.mfa_pending)
    return SignedIn(secret, presence)


def _leave_trace(response: Response) -> Response:
    """Note that a session or token is in use, seldom enough to cost nothing. A trace is not worth a failed page."""
    found: Any = g.get("_login_user")
    if not isinstance(found, SignedIn) or clock.now() - found.presence.seen_at < TRACE_EVERY:
        return response
    try:
        service.trace_use(found.actor)
    except DomainError as error:
        log.warning("use not traced", error=type(error).__name__)
    return response


def _context() -> dict[str, object]:
    who = optional_actor()
    if who is not None and current_user.mfa_pending:
        who = None  # half signed in is not signed in
    return {
        "current_actor": _shown(who) if who is not None else None,
        "memberships": _memberships(who),
        "demo": current_app.config["DEMO"],
    }


def _shown(who: Actor) -> dict[str, object]:
    return {
        "user_id": who.user_id,
        "user_name": who.user_name,
        "org_id": who.org_id,
        "org_name": who.org_name,
        "permissions": who.permissions,
        "reads": who.reads,
        "role_labels": labels_of(who.roles),
    }


def _memberships(who: Actor | None) -> list[Affiliation]:
    """The places that the actor may choose among; most people have one, and no choice."""
    if who is None or who.user_id is None or who.channel is not Channel.WEB or not current_user.presence.elsewhere:
        return []
    return places(db.session(), who)
