"""Manners of the JSON API: bodies checked by pydantic, bearer tokens instead of cookies, retries that act once."""

from typing import TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict

from maillage.kernel.errors import DomainError, Invalid
from maillage.kernel.idempotency import IdempotencyKey
from maillage.web.authz import actor


class UnsupportedMediaType(DomainError):
    status = 415
    code = "unsupported-media-type"
    title = "Envoyez du JSON (application/json)."


class Body(BaseModel):
    """Base of every request body: unknown fields are refused, text is trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, str_max_length=20_000)


B = TypeVar("B", bound=BaseModel)


def body(model: type[B]) -> B:
    """The request's JSON as `model`. Raises Invalid with one message per field."""
    if not request.is_json:
        raise UnsupportedMediaType()
    raw = request.get_data(cache=True)
    if not raw.strip():
        raise Invalid("Le corps de la demande est vide.")
    return model.model_validate_json(raw)


def idempotency_key() -> IdempotencyKey | None:
    """The caller's `Idempotency-Key`, bound to this very request."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return None
    if len(key) > 255:
        raise Invalid("La clé d’idempotence dépasse 255 caractères.")
    return IdempotencyKey.of(actor(), key, request.method, request.path, request.get_data(cache=True))
