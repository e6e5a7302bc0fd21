"""The one place where an error becomes a page or problem+json (RFC 9457). Nothing here prints an exception."""

import errno

import structlog
from flask import Flask, Response, g, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_limiter.errors import RateLimitExceeded
from pydantic import ValidationError
from sqlalchemy.exc import DataError, InternalError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from maillage.kernel.crypto import SealBroken
from maillage.kernel.db import is_away, session
from maillage.kernel.errors import DomainError, Invalid, NotFound, TooMany, Unavailable
from maillage.web.authz import is_api

log = structlog.get_logger(__name__)

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
PAGES = {400, 403, 404, 405, 409, 413, 429, 500, 503}


def register(app: Flask) -> None:
    app.register_error_handler(DomainError, refuse)
    app.register_error_handler(ValidationError, lambda error: refuse(invalid_from(error)))
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(InternalError, _database)
    app.register_error_handler(OSError, _disk)
    app.register_error_handler(DataError, lambda _error: refuse(Invalid("Un caractère ou un nombre ne convient pas.")))
    app.register_error_handler(SealBroken, _sealed)
    app.register_error_handler(RateLimitExceeded, lambda _error: refuse(TooMany()))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def invalid_from(error: ValidationError) -> Invalid:
    """Pydantic's findings in the user's words, keyed by dotted field path; the input itself is not repeated."""
    return Invalid(fields={".".join(map(str, found["loc"])) or "body": _words(dict(found)) for found in error.errors()})


def come_back(error: DomainError) -> dict[str, str]:
    """The header that says when to try again, for a refusal that passes."""
    return {"Retry-After": str(error.retry_after)} if error.retry_after else {}


def answer(status: int, code: str, title: str, detail: str, fields: dict[str, str] | None = None) -> Response:
    """One refusal, as problem+json under /api/ and as a page elsewhere."""
    if is_api():
        body = {"type": f"urn:maillage:problem:{code}", "title": title, "status": status, "detail": detail}
        body |= {"errors": fields} if fields else {}
        response = jsonify(body)
        response.content_type = "application/problem+json"
    else:
        page = status if status in PAGES else 400
        response = Response(render_template(f"errors/{page}.html", title=title, message=detail, fields=fields or {}))
    response.status_code = status
    return response


def refuse(error: DomainError) -> ResponseReturnValue:
    """The answer to a refusal; whoever handles one in a way of its own falls back on this."""
    session().rollback()
    if isinstance(error, NotFound):
        return answer(404, "not-found", NotFound.title, "Cette page n’existe pas, ou ne vous est pas ouverte.")
    response = answer(error.status, error.code, error.title, error.message, error.fields)
    response.headers.update(come_back(error))
    return response


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    if isinstance(error, SecurityError):  # a name that is not ours: no page of ours can build its links under it
        return Response("Cette adresse n’est pas celle de ce service.\n", 400, content_type="text/plain; charset=utf-8")
    status = error.code or 500
    if status == 404:
        return refuse(NotFound())
    titles = {
        400: ("bad-request", "Demande illisible", "La demande n’a pas pu être lue."),
        405: ("method-not-allowed", "Action impossible ici", "Cette adresse ne répond pas à ce type de demande."),
        413: ("too-large", "Envoi trop volumineux", "L’envoi dépasse la taille permise."),
        415: ("unsupported-media-type", "Format non reconnu", "Envoyez du JSON (application/json)."),
    }
    code, title, detail = titles.get(status, ("http-error", "Demande refusée", "La demande n’a pas pu aboutir."))
    response = answer(status, code, title, detail)
    if status == 405 and isinstance(getattr(error, "valid_methods", None), list | set | tuple):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return response


def _database(error: OperationalError | InternalError) -> ResponseReturnValue:
    if not is_away(error):
        return _unexpected(error)
    log.error("database unavailable", error=type(error.orig).__name__)
    return refuse(Unavailable())


def _disk(error: OSError) -> ResponseReturnValue:
    """A file that could not be written: nothing names it yet, and making room mends it."""
    if error.errno not in FULL:
        return _unexpected(error)
    log.error("disk unavailable", error=errno.errorcode[error.errno])
    return refuse(Unavailable())


def _sealed(_error: SealBroken) -> ResponseReturnValue:
    log.error("sealed content does not open", request_id=g.get("request_id"))
    return answer(
        409, "sealed", "Contenu illisible", "Ce contenu protégé ne peut pas être ouvert. L’incident est enregistré."
    )


def _unexpected(error: Exception) -> ResponseReturnValue:
    """The exception's text may hold what a person typed: only its class and place are logged."""
    session().rollback()
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else "?"
    log.error("unexpected error", error=type(error).__name__, where=where, request_id=g.get("request_id"))
    return answer(
        500, "internal", "Une erreur est survenue", "Rien n’a été enregistré à moitié. Réessayez dans un instant."
    )


def _words(found: dict[str, object]) -> str:
    kind = str(found["type"])
    context = found.get("ctx") if isinstance(found.get("ctx"), dict) else {}
    assert isinstance(context, dict)
    known = {
        "missing": "Ce champ est obligatoire.",
        "string_too_short": "Ce champ est trop court.",
        "string_too_long": f"Ce champ dépasse {context.get('max_length', '')} caractères.",
        "enum": f"Choisissez parmi : {context.get('expected', '')}.",
        "literal_error": f"Choisissez parmi : {context.get('expected', '')}.",
        "extra_forbidden": "Ce champ n’existe pas.",
        "json_invalid": "Le JSON envoyé est illisible.",
    }
    if kind == "value_error":
        return str(context.get("error", "Valeur incorrecte."))
    if (
        kind.startswith(("uuid", "int", "float", "bool", "date", "string", "list", "dict", "model"))
        and kind not in known
    ):
        return "Valeur incorrecte."
    return known.get(kind, "Valeur incorrecte.")
