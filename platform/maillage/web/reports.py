"""What browsers report: that the content policy stopped something, on a page of ours or put into one."""

import re
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from maillage.web.authz import public
from maillage.web.csrf import csrf
from maillage.web.throttle import limiter

blueprint = Blueprint("reports", __name__)
csrf.exempt(blueprint)
log = structlog.get_logger(__name__)

LARGEST = 16 * 1024
_DIRECTIVE = re.compile(r"[a-z-]{1,40}")


@blueprint.post("/rapport-csp")
@public("browsers tell what the content policy stopped")
@limiter.limit("60 per hour")
def content_policy() -> ResponseReturnValue:
    """The page's own address is in the report and stays out of the log: it may hold the secret of a mailed link."""
    if request.mimetype != "application/csp-report" or (request.content_length or 0) > LARGEST:
        abort(400)
    told: Any = request.get_json(force=True, silent=True)
    report = told.get("csp-report") if isinstance(told, dict) else None
    if not isinstance(report, dict):
        abort(400)
    directive = str(report.get("effective-directive") or report.get("violated-directive") or "")
    log.warning(
        "content policy stopped something",
        directive=found.group() if (found := _DIRECTIVE.match(directive)) else "?",
        source=_origin(str(report.get("blocked-uri") or "")),
    )
    return "", 204


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.hostname or ''}"[:80] if parts.scheme else address[:20]
    except ValueError:
        return "?"
