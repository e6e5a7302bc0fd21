"""OpenAPI 3.1 written from the routes themselves: each JSON view says what it takes and gives, beside its rule."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, current_app, jsonify
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule as UrlRule

from maillage.web.authz import View, public, rule_of

blueprint = Blueprint("openapi", __name__)
DESCRIPTION = "_maillage_description"
REF = "#/components/schemas/{model}"
_enumerations: dict[str, Mapping[str, str]] = {}

Model = type[BaseModel]


@dataclass(frozen=True, slots=True)
class Description:
    summary: str
    body: Model | None = None
    query: Model | None = None
    answer: Model | None = None
    status: int = 200
    tag: str = ""


def describes(
    summary: str,
    *,
    tag: str,
    body: Model | None = None,
    query: Model | None = None,
    answer: Model | None = None,
    status: int = 200,
) -> Callable[[View], View]:
    """Say in the OpenAPI document what a JSON view takes and gives. Goes above `@requires`/`@public`."""

    def attach(view: View) -> View:
        setattr(view, DESCRIPTION, Description(summary, body, query, answer, status, tag))
        return view

    return attach


def enumeration(name: str, labels: Mapping[str, str]) -> None:
    """Publish a closed list with its French labels; each domain registers its own."""
    _enumerations[name] = labels


@blueprint.get("/api/openapi.json")
@public("the description of the API")
def document() -> ResponseReturnValue:
    return jsonify(build(current_app))


def build(app: Flask) -> dict[str, Any]:
    described = list(_described(app))
    models = {model for _, what in described for model in (what.body, what.query, what.answer) if model}
    _, definitions = models_json_schema(
        [(model, "validation") for model in sorted(models, key=lambda model: model.__name__)], ref_template=REF
    )
    schemas: dict[str, Any] = dict(definitions.get("$defs", {}))
    schemas["Problem"] = _problem()
    schemas |= {name: _labelled(labels) for name, labels in _enumerations.items()}
    paths: dict[str, Any] = {}
    for url_rule, what in described:
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda found: f"{{{_public(found[1])}}}", url_rule.rule)
        for method in sorted((url_rule.methods or set()) - {"HEAD", "OPTIONS"}):
            paths.setdefault(path, {})[method.lower()] = _operation(app, url_rule, what, method, definitions)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Maillage", "version": "1", "description": "Directory and referrals of social housing."},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _described(app: Flask) -> Iterator[tuple[UrlRule, Description]]:
    for url_rule in sorted(app.url_map.iter_rules(), key=lambda found: found.rule):
        what = getattr(app.view_functions[url_rule.endpoint], DESCRIPTION, None)
        if what is not None:
            yield url_rule, what


def _operation(
    app: Flask, url_rule: UrlRule, what: Description, method: str, definitions: Mapping[str, Any]
) -> dict[str, Any]:
    rule = rule_of(app.view_functions[url_rule.endpoint])
    parameters = [
        {"name": _public(name), "in": "path", "required": True, "schema": {"type": "string"}}
        for name in sorted(url_rule.arguments)
    ]
    if what.query is not None and method == "GET":
        parameters += _query_parameters(what.query, definitions)
    operation: dict[str, Any] = {
        "operationId": f"{url_rule.endpoint.replace('.', '_')}_{method.lower()}",
        "summary": what.summary,
        "tags": [what.tag],
        "security": [] if rule is None or rule.public else [{"bearer": []}],
        "parameters": parameters,
        "responses": {
            str(what.status): _success(what),
            "default": {"description": "Refused", "content": {"application/problem+json": _schema("Problem")}},
        },
    }
    body = what.body or (what.query if method == "POST" else None)
    if body is not None and method != "GET":
        operation["requestBody"] = {"required": True, "content": {"application/json": _schema(body.__name__)}}
    return operation


def _public(argument: str) -> str:
    """The contract calls an id `id`; the views say whose."""
    return "id" if argument.endswith("_id") else argument


def _success(what: Description) -> dict[str, Any]:
    found: dict[str, Any] = {"description": "Done"}
    if what.answer is not None:
        found["content"] = {"application/json": _schema(what.answer.__name__)}
    return found


def _query_parameters(model: Model, definitions: Mapping[str, Any]) -> list[dict[str, Any]]:
    schema = definitions["$defs"][model.__name__]
    return [
        {"name": name, "in": "query", "required": name in schema.get("required", []), "schema": found}
        for name, found in schema["properties"].items()
    ]


def _schema(name: str) -> dict[str, Any]:
    return {"schema": {"$ref": REF.format(model=name)}}


def _labelled(labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": "string",
        "enum": list(labels),
        "x-labels": {"fr": dict(labels)},
        "oneOf": [{"const": code, "title": label} for code, label in labels.items()],
    }


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "errors": {"type": "object", "additionalProperties": text},
        },
    }
