"""Every route declares who may come in. The rule is data on the view, so that a test can read it.

A route without a rule stops the application from starting; a role is never tested in a view or a template.
Rules on the object itself (whose referral is it?) belong to the domain's policy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

import structlog
from flask import Flask, g, request
from flask.typing import ResponseReturnValue, RouteCallable
from flask_login import current_user

from maillage.kernel import clock
from maillage.kernel.actor import Actor
from maillage.kernel.errors import DomainError, Forbidden, NotFound, ProofRequired, SignInRequired

log = structlog.get_logger(__name__)

View = RouteCallable
RULE = "_maillage_rule"
FRESH_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may enter a route: anybody (`public`, with the reason), or a signed-in member with one of `any_of`."""

    public: bool
    reason: str = ""
    any_of: tuple[str, ...] = ()
    personal: bool = True
    mfa_pending: bool = False
    fresh: bool = False

    def __str__(self) -> str:
        if self.public:
            return f"public ({self.reason})"
        return " | ".join(self.any_of) or "signed in"

    @property
    def line(self) -> str:
        """The rule as the registry of routes writes it down."""
        words = ["public" if self.public else str(self)]
        words += ["(fresh)"] * self.fresh + ["(second factor to come)"] * self.mfa_pending
        return " ".join(words)


def public(reason: str, *, personal: bool = False) -> Callable[[View], View]:
    """Anybody may call the view. `personal` marks answers that hold something about a person."""
    return _declare(Rule(public=True, reason=reason, personal=personal))


def requires(*any_of: str, mfa_pending: bool = False, fresh: bool = False) -> Callable[[View], View]:
    """A signed-in member, with at least one of the permissions when some are named.

    `mfa_pending` lets in somebody whose second factor is still to come (the page that asks for it, signing out).
    `fresh` is for exports and for what could not be undone: a browser must have given the password or the second factor
    within `FRESH_FOR`, or is asked for it first. A key of the API has nothing to give: no route under /api/ may ask.
    """
    return _declare(Rule(public=False, any_of=any_of, mfa_pending=mfa_pending, fresh=fresh))


def rule_of(view: View) -> Rule | None:
    return getattr(view, RULE, None)


def actor() -> Actor:
    """Who is acting in this request. Raises SignInRequired for an anonymous visitor."""
    found = optional_actor()
    if found is None:
        raise SignInRequired()
    return found


def optional_actor() -> Actor | None:
    """Who is acting, or None for an anonymous visitor."""
    if "actor" not in g:
        g.actor = current_user.actor if current_user.is_authenticated else None
    return g.actor  # type: ignore[no-any-return]


def check_all_declared(app: Flask) -> None:
    """Refuse to start with a route that declares nothing, or with one that asks a program for a fresh proof."""
    silent = [endpoint for endpoint, view in app.view_functions.items() if rule_of(view) is None]
    if silent:
        raise RuntimeError(f"routes without @requires or @public: {', '.join(sorted(silent))}")
    for route in app.url_map.iter_rules():
        rule = rule_of(app.view_functions[route.endpoint])
        if rule is not None and rule.fresh and route.rule.startswith("/api/"):
            raise RuntimeError(f"{route.rule} asks for a fresh proof, which no API key can give")


def check_registry(app: Flask, lines: Mapping[str, str]) -> None:
    """Refuse to start unless the registry has a line for every route, says what its rule says, and has no line more."""
    found = {route.endpoint: rule_of(app.view_functions[route.endpoint]) for route in app.url_map.iter_rules()}
    told = {endpoint: rule.line for endpoint, rule in found.items() if rule is not None}
    apart = sorted(endpoint for endpoint in told.keys() | lines.keys() if told.get(endpoint) != lines.get(endpoint))
    if apart:
        words = (f"{one}: {told.get(one, 'no route')}, written {lines.get(one, 'nowhere')}" for one in apart)
        raise RuntimeError(f"routes and their registry differ: {'; '.join(words)}")


def _declare(rule: Rule) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            try:
                if not rule.public:
                    _enforce(rule)
                return view(*args, **kwargs)  # type: ignore[return-value]  # views are not coroutines
            except (Forbidden, NotFound, ProofRequired, SignInRequired) as refusal:
                _note(refusal)
                raise

        setattr(guarded, RULE, rule)
        return guarded

    return decorate


def _enforce(rule: Rule) -> None:
    who = actor()
    if not rule.mfa_pending and getattr(current_user, "mfa_pending", False):
        raise SignInRequired("Confirmez votre connexion avec votre second facteur.")
    if rule.any_of and not any(who.can(permission) for permission in rule.any_of):
        raise Forbidden()
    if rule.fresh and (who.proved_at is None or clock.now() - who.proved_at > FRESH_FOR):
        raise ProofRequired()


def _note(refusal: DomainError) -> None:
    """Who was turned away from what. Addresses are left out: some hold the secret of a mailed link."""
    who: Actor | None = g.get("actor")
    log.info(
        "access refused",
        why=refusal.code,
        route=request.endpoint,
        method=request.method,
        things=[str(one) for one in (request.view_args or {}).values() if isinstance(one, UUID)],
        user=str(who.user_id) if who else None,
        organization=str(who.org_id) if who else None,
    )


def is_api() -> bool:
    return request.path.startswith("/api/")
