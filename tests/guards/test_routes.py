"""Every route declares who may come in, and an application with one that does not refuses to start."""

import pytest
from flask import Flask

from maillage.accounts.roles import PERMISSIONS
from maillage.routes import RULES
from maillage.web.authz import RULE, check_all_declared, check_registry, public, requires, rule_of


def test_every_route_declares_its_rule(sqlite_app: Flask) -> None:
    silent = [
        rule.rule
        for rule in sqlite_app.url_map.iter_rules()
        if rule_of(sqlite_app.view_functions[rule.endpoint]) is None
    ]
    assert silent == []


def test_a_route_without_a_rule_stops_the_start() -> None:
    app = Flask("silent", static_folder=None)
    app.add_url_rule("/open-door", "open_door", lambda: "come in")
    with pytest.raises(RuntimeError, match="open_door"):
        check_all_declared(app)
    app.view_functions["open_door"] = public("tested")(lambda: "come in")
    check_all_declared(app)


def test_rules_name_permissions_that_exist(sqlite_app: Flask) -> None:
    for endpoint, view in sqlite_app.view_functions.items():
        rule = rule_of(view)
        assert rule is not None
        assert set(rule.any_of) <= set(PERMISSIONS), endpoint


def test_the_rule_is_data_on_the_view() -> None:
    view = requires("referral.send")(lambda: "sent")
    assert getattr(view, RULE).any_of == ("referral.send",)
    assert str(rule_of(view)) == "referral.send"


def test_ids_in_paths_are_typed(sqlite_app: Flask) -> None:
    """Ids in paths are typed, so that a malformed one is simply unknown."""
    untyped = [
        rule.rule
        for rule in sqlite_app.url_map.iter_rules()
        for name in rule.arguments
        if name.endswith("_id") and type(rule._converters[name]).__name__ != "UUIDConverter"
    ]
    assert untyped == []


@pytest.mark.security
@pytest.mark.parametrize("endpoint", RULES)
def test_a_route_whose_line_says_otherwise_stops_the_start(sqlite_app: Flask, endpoint: str) -> None:
    """Every rule of every route, changed, missing or written for a route that is not there."""
    rest = {name: rule for name, rule in RULES.items() if name != endpoint}
    check_registry(sqlite_app, rest | {endpoint: RULES[endpoint]})
    other = "signed in" if RULES[endpoint] == "public" else "public"
    for lines in (rest, rest | {endpoint: other}, RULES | {f"{endpoint}_too": RULES[endpoint]}):
        with pytest.raises(RuntimeError, match=endpoint):
            check_registry(sqlite_app, lines)
