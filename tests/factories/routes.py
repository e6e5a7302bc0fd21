"""Every address that something of a world has."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from werkzeug.routing import Rule

from factories.world import Scene
from maillage.web.authz import rule_of


def rules(scene: Scene, method: str) -> list[Rule]:
    return [rule for rule in scene.app.url_map.iter_rules() if method in (rule.methods or ())]


def _view(scene: Scene, rule: Rule) -> Any:
    return scene.app.view_functions[rule.endpoint]


def paths(scene: Scene, method: str = "GET", *, closed_api: bool = False) -> Iterator[str]:
    """An address of every route, for everything that exists in this world; or only of the API that wants a token."""
    for rule in rules(scene, method):
        if closed_api and (not rule.rule.startswith("/api/") or getattr(rule_of(_view(scene, rule)), "public", True)):
            continue
        argument = next((name for name in sorted(rule.arguments) if name.endswith("_id")), "")
        for one in [thing.id for thing in scene.things_named(argument)] if argument else [None]:
            words = {name: plain(rule, name) for name in rule.arguments - {argument}}
            _, path = rule.build(words | ({argument: one} if argument else {})) or ("", "")
            yield path


def plain(rule: Rule, argument: str) -> Any:
    """Something well formed that an argument may be: the first of its words, a number, an id of nothing."""
    if argument.endswith("_id"):
        return uuid4()
    if argument == "slug":
        return sorted(rule._converters["slug"].items)[0]
    return {"filename": "css/base.css", "number": 1}.get(argument, "x")
