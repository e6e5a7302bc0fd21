"""Composition root: the web application, made from settings. Knows every domain; no domain knows it."""

from pathlib import Path
from types import ModuleType
from typing import Any

from flask import Flask
from flask_babel import Babel
from flask_migrate import Migrate
from sqlalchemy.engine import make_url
from werkzeug.middleware.proxy_fix import ProxyFix

from maillage import accounts, directory, network, notifications, referrals, surveys
from maillage.directory.engine import engine, use_engine
from maillage.directory.searching import engine_answers
from maillage.kernel import background, content_keys, fetching, lifecycle, logs, schema
from maillage.kernel.crypto import KeyRing
from maillage.kernel.db import db, prepare_engine
from maillage.kernel.schema import pending_migrations
from maillage.routes import IN_A_DEMONSTRATION, RULES
from maillage.settings import Environment, Settings
from maillage.web import authz, errors, headers, health, openapi, reports, templating
from maillage.web import background as background_pages
from maillage.web.bodies import MemoryRequest
from maillage.web.csrf import csrf
from maillage.web.throttle import limiter
from maillage_search.embedded import EmbeddedEngine
from maillage_search.port import SearchEngine

DOMAINS: tuple[ModuleType, ...] = (accounts, notifications, directory, surveys, referrals, network)
MAX_BODY = 2 * 1024 * 1024
REDIS_SECONDS = 1
_TIMEOUTS = ("socket_connect_timeout", "socket_timeout")


def create_app(settings: Settings | None = None) -> Flask:
    """A ready application. Raises KeyRingError or SettingsError when it must not start."""
    settings = settings or Settings()
    logs.configure(settings.log_format)
    app = Flask("maillage", template_folder=str(_templates()), static_folder=None)
    app.request_class = MemoryRequest
    app.config.update(_flask_config(settings))
    app.extensions["maillage_settings"] = settings
    app.extensions["maillage_readiness"] = {"migrations": _migrations, "search": _search}
    if settings.proxies:  # or every visitor would share one address, and be throttled together
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]
    _connect_database(app, settings)
    use_engine(search_engine(settings))
    fetching.configure(strict=not settings.private_addresses)
    _serve_static(app)
    csrf.init_app(app)
    Babel(app, default_locale="fr", default_timezone="UTC")
    limiter.init_app(app)
    headers.register(app, https=settings.https)
    errors.register(app)
    templating.register(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(reports.blueprint)
    app.register_blueprint(openapi.blueprint)
    background_pages.register(app)
    for domain in DOMAINS:
        domain.register(app)
    authz.check_all_declared(app)
    authz.check_registry(app, RULES | (IN_A_DEMONSTRATION if settings.demo else {}))
    return app


def _flask_config(settings: Settings) -> dict[str, Any]:
    prefix = "__Host-" if settings.https else ""
    return {
        "SECRET_KEY": settings.load_secret_key(),
        "TRUSTED_HOSTS": settings.effective_trusted_hosts,
        "SESSION_COOKIE_NAME": f"{prefix}maillage",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": MAX_BODY,
        "SQLALCHEMY_DATABASE_URI": settings.effective_database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(settings.effective_database_url),
        "RATELIMIT_ENABLED": settings.throttle,
        "RATELIMIT_STORAGE_URI": settings.redis_url or "memory://",
        "RATELIMIT_STORAGE_OPTIONS": dict.fromkeys(_TIMEOUTS, REDIS_SECONDS) if settings.redis_url else {},
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,  # while Redis is away each process counts for itself
        "METRICS_TOKEN": settings.metrics_token.get_secret_value() if settings.metrics_token else "",
        "WTF_CSRF_SSL_STRICT": False,  # it wants a Referer, and our own policy is that browsers send none
        "WTF_CSRF_TIME_LIMIT": None,  # a page may stay open all day; the token dies with the session
        "TEMPLATES_AUTO_RELOAD": False,
        "DEMO": settings.demo,
    }


def _engine_options(url: str) -> dict[str, Any]:
    if make_url(url).get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": 10, "check_same_thread": False}}
    return {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 10, "pool_use_lifo": True}  # few, with their plans


def _connect_database(app: Flask, settings: Settings) -> None:
    settings.paths.ensure()
    db.init_app(app)
    Migrate(app, db, directory=str(Path(__file__).parent / "migrations"))
    schema.owned_by(settings.database_owner_url)
    with app.app_context():
        prepare_engine(db.engine)
    if not settings.effective_keyring.exists() and settings.env is Environment.DEVELOPMENT:
        KeyRing.generate().save(settings.effective_keyring)
    lifecycle.use_ledger(settings.paths.erasures)
    background.use_folder(settings.paths.files / "tasks")
    content_keys.use_ring(content_keys.RingFile(settings.effective_keyring))


def _migrations() -> str:
    return "failed: pending" if pending_migrations() else "ok"


def search_engine(settings: Settings) -> SearchEngine:
    """The engine that the settings name. One in a cluster may be away: only its use tells."""
    if settings.search_cluster is None:
        return EmbeddedEngine(settings.paths.search)
    from maillage_search.elastic import ElasticEngine  # noqa: PLC0415  a heavy client, for those who run a cluster

    return ElasticEngine(settings.search_url, settings.search_cluster, settings.search_prefix)


def _search() -> str:
    """Without its engine the directory still answers, by theme and place: the instance stays in service."""
    if not engine_answers():
        return "degraded: no answer"
    return "degraded: to be made again" if engine().needs_rebuild else "ok"


def _serve_static(app: Flask) -> None:
    app.static_folder = str(Path(__file__).parent / "static")
    view = authz.public("static files")(app.send_static_file)
    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=view)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 31_536_000  # addresses carry the file's digest


def _templates() -> Path:
    """Beside the package in a wheel, at the top of a checkout."""
    packaged = Path(__file__).parent / "templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "templates"
