"""Security headers on every answer, and a request id that ties a page to its log lines."""

import secrets

import structlog
from flask import Flask, Response, g, request

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "report-uri /rapport-csp",
    )
)
COMMON = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def register(app: Flask, *, https: bool) -> None:
    @app.before_request
    def name_request() -> None:
        g.request_id = secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def harden(response: Response) -> Response:
        for name, value in COMMON.items():
            response.headers.setdefault(name, value)
        if https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if request_id := g.get("request_id"):
            response.headers["X-Request-Id"] = request_id
        if not _may_be_kept(response):
            response.headers["Cache-Control"] = "no-store"
        return response


def _may_be_kept(response: Response) -> bool:
    """Only static files: every page may show who is signed in, the one that says that a file is missing too."""
    return request.endpoint == "static" and response.status_code in (200, 206, 304)
